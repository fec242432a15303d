import CLibcurl
import HTTPExchange
import LoadMetrics

extension Worker {
    /// Begins to open a connection; the iteration's request is sent as soon as it is open.
    ///
    /// - Parameter iteration: -1 to have one in hand.
    mutating func openConnection(for iteration: Int, now: UInt64) {
        let index: Int
        if let free = vacant.popLast() {
            index = free
        } else {
            index = connections.count
            connections.append(Connection())
        }
        connections[index].iteration = iteration
        connections[index].request = iteration >= 0 ? iterations[iteration].request : 0
        connections[index].state = .opening
        connections[index].answered = 0
        connections[index].deadline = now &+ plan.connectTimeout
        guard let handle = curl_easy_init() else {
            fail(index, .connect)
            return
        }
        connections[index].handle = handle
        CurlEnvironment.configure(handle, certificateFile: plan.certificateFile)
        firedrill_setopt_string(handle, CURLOPT_URL, plan.target.connectURL)
        firedrill_setopt_long(handle, CURLOPT_CONNECT_ONLY, 1)
        firedrill_setopt_long(handle, CURLOPT_FRESH_CONNECT, 1)
        firedrill_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(plan.connectTimeout / 1_000_000))
        if let resolved { firedrill_setopt_pointer(handle, CURLOPT_RESOLVE, resolved) }
        firedrill_setopt_pointer(handle, CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: index + 1))
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
            fail(index, .connect)
            return
        }
        // Otherwise the first step would wait for the next event.
        firedrill_multi_act(multi, -1, 0, 0)
        takeOpened()
    }

    /// Takes over the connections that libcurl has opened, and fails those it could not.
    mutating func takeOpened() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left)?.pointee {
            guard message.msg == CURLMSG_DONE, let handle = message.easy_handle else { continue }
            var mark: UnsafeMutableRawPointer?
            firedrill_getinfo_pointer(handle, CURLINFO_PRIVATE, &mark)
            let index = Int(bitPattern: mark) - 1
            guard connections.indices.contains(index), connections[index].handle == handle else { continue }
            var socket: curl_socket_t = -1
            guard message.data.result == CURLE_OK, firedrill_getinfo_socket(handle, &socket) == CURLE_OK, socket >= 0
            else {
                fail(index, Self.outcome(of: message.data.result))
                continue
            }
            connections[index].socket = socket
            firedrill_epoll_set(epoll, socket, UInt64(index), 1, 0, 1)
            let now = firedrill_monotonic_nanoseconds()
            let iteration = connections[index].iteration
            if iteration >= 0 {
                send(index, for: iteration, now: now)
            } else {
                release(index, now: now)
            }
        }
    }

    private static func outcome(of code: CURLcode) -> Outcome {
        switch CurlEnvironment.errorCode(code) {
        case .resolve: .resolve
        case .tls: .tls
        case .timeout: .timeout
        default: .connect
        }
    }

    /// The connection can be used by whoever is next.
    mutating func release(_ index: Int, now: UInt64) {
        connections[index].state = .idle
        connections[index].iteration = -1
        connections[index].idleSince = now
        idle.append(index)
    }

    mutating func close(_ index: Int) {
        if connections[index].socket >= 0 { firedrill_epoll_remove(epoll, connections[index].socket) }
        if let handle = connections[index].handle {
            curl_multi_remove_handle(multi, handle)
            curl_easy_cleanup(handle)
        }
        connections[index].handle = nil
        connections[index].socket = -1
        connections[index].state = .closed
        connections[index].iteration = -1
        connections[index].pending.removeAll(keepingCapacity: true)
        connections[index].body.removeAll(keepingCapacity: true)
        connections[index].unsent.removeAll(keepingCapacity: true)
        vacant.append(index)
    }

    /// The connection's request got no answer: close it and count that; nil counts nothing.
    mutating func fail(_ index: Int, _ outcome: Outcome?) {
        let connection = connections[index]
        let sentAt = connection.state == .opening ? nil : connection.sentAt
        close(index)
        guard let outcome, connection.iteration >= 0 else { return }
        figures.traffic.transportFailures &+= 1
        finish(
            connection.iteration, request: connection.request, outcome, isError: true, sentAt: sentAt,
            now: firedrill_monotonic_nanoseconds(), goesOn: false)
    }

    // MARK: Sending

    /// Writes the iteration's current request.
    mutating func send(_ index: Int, for iteration: Int, now: UInt64) {
        let request = iterations[iteration].request
        encode(iteration, request)
        connections[index].iteration = iteration
        connections[index].request = request
        connections[index].sentAt = now
        connections[index].deadline = now &+ plan.requestTimeout
        connections[index].lacksHeader = false
        connections[index].lacksCapture = false
        connections[index].marker = 0
        connections[index].parser.start(isHeadRequest: plan.requests[request].isHead)
        connections[index].state = .waiting
        let count = write(index, output.bytes)
        if count == output.count { return }
        if count < 0, connections[index].answered > 0 {
            // The server had closed it before a byte was sent: no request was lost, so a new connection is no retry.
            close(index)
            openConnection(for: iteration, now: now)
        } else if count < 0 {
            fail(index, .reset)
        } else {
            connections[index].unsent.append(contentsOf: output.bytes[count...])
            connections[index].state = .sending
            firedrill_epoll_set(epoll, connections[index].socket, UInt64(index), 1, 1, 0)
        }
    }

    /// Writes as much as goes; negative when the connection is broken.
    private func write(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        var sent = 0
        while sent < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let count =
                plan.target.isTLS
                ? firedrill_tls_send(connections[index].handle, rest.baseAddress, rest.count)
                : firedrill_send(connections[index].socket, rest.baseAddress, rest.count)
            if count == Self.again { return sent }
            if count < 0 { return sent == 0 ? -1 : sent }
            sent += count
        }
        return sent
    }

    mutating func sendRest(_ index: Int) {
        let unsent = connections[index].unsent
        let count = unsent.withUnsafeBytes { write(index, $0) }
        if count < 0 {
            fail(index, .reset)
        } else if count == unsent.count {
            connections[index].unsent.removeAll(keepingCapacity: true)
            connections[index].state = .waiting
            firedrill_epoll_set(epoll, connections[index].socket, UInt64(index), 1, 0, 0)
        } else {
            connections[index].unsent.removeFirst(count)
        }
    }

    /// Writes the request into `output`.
    private mutating func encode(_ iteration: Int, _ request: Int) {
        output.clear()
        let first = iteration * plan.variableCount
        if plan.requests[request].hasVaryingBody {
            // The body first: its length stands before it.
            scratch.clear()
            iterations[iteration].writer.write(
                plan.requests[request].body, constants: plan.bytes, variables: variables, first: first, into: &scratch)
        }
        iterations[iteration].writer.write(
            plan.requests[request].head, constants: plan.bytes, variables: variables, first: first, into: &output)
        if plan.requests[request].hasVaryingBody {
            output.append(decimal: UInt64(scratch.count))
            for _ in 0..<2 {
                output.append(0x0D)
                output.append(0x0A)
            }
            output.append(scratch.bytes)
        }
    }
}
