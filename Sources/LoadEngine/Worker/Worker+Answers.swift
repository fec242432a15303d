import CLibcurl
import LoadMetrics

extension Worker {
    /// Reads what has come on a connection.
    mutating func receive(_ index: Int) {
        while connections[index].state != .closed {
            let count =
                plan.target.isTLS
                ? firedrill_tls_recv(connections[index].handle, input.baseAddress, input.count)
                : firedrill_recv(connections[index].socket, input.baseAddress, input.count)
            if count > 0 {
                guard connections[index].state == .waiting || connections[index].state == .sending else {
                    // Nobody asked for anything: whatever it is must not become the next request's answer.
                    closeUnused(index)
                    return
                }
                let isDone = take(index, UnsafeRawBufferPointer(rebasing: input[..<count]))
                // A plain socket that gave less than it was asked for is empty; TLS may hold more in its own buffer.
                if isDone || (!plan.target.isTLS && count < input.count) { return }
            } else if count == Self.again {
                return
            } else {
                endOfStream(index)
                return
            }
        }
    }

    private mutating func closeUnused(_ index: Int) {
        guard connections[index].state == .idle else { return }
        idle.removeAll { $0 == index }
        close(index)
    }

    private mutating func endOfStream(_ index: Int) {
        guard connections[index].state == .waiting || connections[index].state == .sending else {
            closeUnused(index)
            return
        }
        let hasBegun = connections[index].parser.hasBegun
        if connections[index].parser.endOfStream() == .end {
            complete(index, UnsafeRawBufferPointer(start: nil, count: 0), body: nil)
        } else {
            fail(index, hasBegun ? .truncated : .reset)
        }
    }

    /// Takes bytes of an answer; true when it is whole, or can never be.
    private mutating func take(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !connections[index].pending.isEmpty else { return parse(index, bytes) }
        // The head came in pieces: put it together first.
        var whole: [UInt8] = []
        swap(&whole, &connections[index].pending)
        whole.append(contentsOf: bytes)
        let isDone = whole.withUnsafeBytes { parse(index, $0) }
        if isDone {
            whole.removeAll(keepingCapacity: true)
            swap(&whole, &connections[index].pending)
        }
        return isDone
    }

    private mutating func parse(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let request = connections[index].request
        let needsBody = plan.requests[request].needsBody
        var position = 0
        /// The body so far, while all of it lies in `bytes`.
        var inPlace: Range<Int>?
        while true {
            switch connections[index].parser.next(bytes, &position) {
            case .head(let lines):
                if plan.requests[request].needsHeaders { readHeaders(index, bytes, lines) }
            case .body(let range):
                guard needsBody else { continue }
                if connections[index].body.isEmpty, inPlace == nil {
                    inPlace = range
                } else {
                    keep(&inPlace, index, bytes)
                    append(index, bytes, range)
                }
                if connections[index].body.count > Self.longestBody {
                    fail(index, .malformed)
                    return true
                }
            case .needMore:
                keep(&inPlace, index, bytes)
                if position < bytes.count {
                    connections[index].pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position...]))
                }
                return false
            case .end:
                // Bytes behind the answer belong to no request.
                complete(index, bytes, body: inPlace, isClean: position == bytes.count)
                return true
            case .malformed:
                fail(index, .malformed)
                return true
            }
        }
    }

    /// Bodies that must be looked into are kept up to this.
    static var longestBody: Int { 64 << 20 }

    private mutating func keep(_ inPlace: inout Range<Int>?, _ index: Int, _ bytes: UnsafeRawBufferPointer) {
        guard let range = inPlace else { return }
        append(index, bytes, range)
        inPlace = nil
    }

    private mutating func append(_ index: Int, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        connections[index].body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    private mutating func readHeaders(_ index: Int, _ bytes: UnsafeRawBufferPointer, _ lines: Range<Int>) {
        let request = connections[index].request
        let iteration = connections[index].iteration
        let first = iteration * plan.variableCount
        if plan.requests[request].isCached, let name = plan.originMarker,
            let value = HeaderLines.find(name, bytes, in: lines)
        {
            connections[index].marker = OriginMarkers.hash(bytes, value)
        }
        for capture in plan.requests[request].captures {
            guard case .header(let name) = capture.source else { continue }
            guard let value = HeaderLines.find(name, bytes, in: lines) else {
                connections[index].lacksCapture = true
                continue
            }
            variables[first + capture.variable].kind = .string
            variables[first + capture.variable].bytes.removeAll(keepingCapacity: true)
            variables[first + capture.variable].bytes.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: bytes[value]))
        }
        for expected in plan.requests[request].headers {
            guard let value = HeaderLines.find(expected.name, bytes, in: lines) else {
                connections[index].lacksHeader = true
                continue
            }
            writeExpected(expected.value, iteration)
            if !scratch.bytes.elementsEqual(bytes[value]) { connections[index].lacksHeader = true }
        }
    }

    private mutating func writeExpected(_ slots: [Slot], _ iteration: Int) {
        scratch.clear()
        iterations[iteration].writer.write(
            slots, constants: plan.bytes, variables: variables, first: iteration * plan.variableCount, into: &scratch)
    }

    /// The answer is whole.
    ///
    /// - Parameters:
    ///   - body: where in `bytes` the body lies; nil when it was gathered in the connection, or is empty.
    ///   - isClean: nothing came behind it.
    private mutating func complete(
        _ index: Int, _ bytes: UnsafeRawBufferPointer, body: Range<Int>?, isClean: Bool = true
    ) {
        let now = firedrill_monotonic_nanoseconds()
        let request = connections[index].request
        let iteration = connections[index].iteration
        let status = connections[index].parser.status
        let sentAt = connections[index].sentAt
        var isAsExpected = plan.requests[request].isExpected(status) && !connections[index].lacksHeader
        var lacksCapture = connections[index].lacksCapture
        if plan.requests[request].needsBody {
            if let body {
                look(
                    into: UnsafeRawBufferPointer(rebasing: bytes[body]), iteration, request, &isAsExpected,
                    &lacksCapture)
            } else {
                var kept: [UInt8] = []
                swap(&kept, &connections[index].body)
                kept.withUnsafeBytes { look(into: $0, iteration, request, &isAsExpected, &lacksCapture) }
                kept.removeAll(keepingCapacity: true)
                swap(&kept, &connections[index].body)
            }
        }
        count(status, marker: connections[index].marker, name: plan.requests[request].name)

        // An answer that came before the whole request was sent leaves the rest of it unsent: no use for the next.
        let keeps = connections[index].parser.keepsAlive && isClean && connections[index].state == .waiting
        connections[index].answered += 1
        if keeps { release(index, now: now) } else { close(index) }
        let isError = !isAsExpected || lacksCapture
        finish(
            iteration, request: request, isError && status < 400 ? .expectation : .status(status), isError: isError,
            sentAt: sentAt, now: now, goesOn: !lacksCapture)
    }

    /// Captures and checks what the body holds.
    private mutating func look(
        into body: UnsafeRawBufferPointer, _ iteration: Int, _ request: Int, _ isAsExpected: inout Bool,
        _ lacksCapture: inout Bool
    ) {
        let first = iteration * plan.variableCount
        for expected in plan.requests[request].json {
            writeExpected(expected.value, iteration)
            if !JSONMatch.holds(expected, body, scratch.bytes) { isAsExpected = false }
        }
        for capture in plan.requests[request].captures {
            guard case .json(let path) = capture.source else { continue }
            guard let token = JSONScanner.find(path, in: body), !JSONMatch.isNull(token, body) else {
                lacksCapture = true
                continue
            }
            variables[first + capture.variable].kind = token.kind
            variables[first + capture.variable].bytes.removeAll(keepingCapacity: true)
            if token.kind == .literal {
                variables[first + capture.variable].bytes.append(
                    contentsOf: UnsafeRawBufferPointer(rebasing: body[token.range]))
            } else {
                let isText = JSONText.unescape(body, token.range) { byte in
                    variables[first + capture.variable].bytes.append(byte)
                    return true
                }
                if !isText { lacksCapture = true }
            }
        }
    }

    private mutating func count(_ status: Int, marker: UInt64, name: Int) {
        figures.traffic.answered &+= 1
        if status >= 500 {
            figures.traffic.status5xx &+= 1
        } else if status >= 400 {
            figures.traffic.status4xx &+= 1
        }
        guard marker != 0 else { return }
        let isHit = markers.recognizes(marker)
        if isHit { figures.traffic.cacheHits &+= 1 } else { figures.traffic.cacheMisses &+= 1 }
        if phase.isRecorded { figures.shards[name].recordCache(hit: isHit) }
    }
}

/// Compares a place of a JSON text with what is expected there.
enum JSONMatch {
    static func holds(
        _ expected: CompiledJSONExpectation, _ body: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> Bool {
        guard let token = JSONScanner.find(expected.path, in: body) else { return false }
        switch (expected.form, token.kind) {
        case (.text, .literal), (.literal, .string): return false
        case (.text, .string), (.any, .string): return JSONText.equals(body, token.range, value)
        case (.literal, .literal), (.any, .literal):
            if value.elementsEqual(body[token.range]) { return true }
            // 5 and 5.0 are the same number.
            guard let left = Double(String(decoding: value, as: UTF8.self)),
                let right = Double(String(decoding: body[token.range], as: UTF8.self))
            else { return false }
            return left == right
        }
    }

    static func isNull(_ token: JSONScanner.Token, _ body: UnsafeRawBufferPointer) -> Bool {
        token.kind == .literal && token.range.count == 4 && body[token.range.lowerBound] == UInt8(ascii: "n")
    }
}
