import CLibcurl
import HTTPExchange
import Synchronization

/// The thread's side of `CurlTransport`: a libcurl multi handle and the requests under way on it.
///
/// `@unchecked Sendable`: the multi handle is touched by the loop's thread alone, save for `curl_multi_wakeup`, which
/// libcurl documents as callable from any thread; everything else that is shared sits in the mutex.
final class CurlLoop: @unchecked Sendable {
    struct Job: Sendable {
        var id: UInt64
        var request: HTTPRequest
        var continuation: CheckedContinuation<Result<HTTPResponse, HTTPTransportError>, Never>
    }

    private struct Inbox {
        var jobs: [Job] = []
        var cancelled: Set<UInt64> = []
        var nextIdentity: UInt64 = 0
        var stopping = false
        /// After this a job would wait for ever: the thread is gone.
        var closed = false
    }

    private let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer?
    private let certificateFile: String?

    init(certificateFile: String?) {
        self.certificateFile = certificateFile
        multi = CurlEnvironment.isReady ? curl_multi_init() : nil
        if let multi { _ = firedrill_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, 64) }
    }

    deinit {
        if let multi { curl_multi_cleanup(multi) }
    }

    func newIdentity() -> UInt64 {
        inbox.withLock { inbox in
            inbox.nextIdentity += 1
            return inbox.nextIdentity
        }
    }

    func submit(_ job: Job) {
        let accepted = inbox.withLock { inbox in
            guard !inbox.stopping, !inbox.closed, multi != nil else { return false }
            inbox.jobs.append(job)
            return true
        }
        if accepted {
            wake()
        } else {
            job.continuation.resume(
                returning: .failure(HTTPTransportError(code: .other, message: "the HTTP transport has ended")))
        }
    }

    func cancel(_ id: UInt64) {
        inbox.withLock { _ = $0.cancelled.insert(id) }
        wake()
    }

    func stop() {
        inbox.withLock { $0.stopping = true }
        wake()
    }

    private func wake() {
        if let multi { curl_multi_wakeup(multi) }
    }

    /// Carries requests until `stop`; runs on the loop's own thread.
    func run() {
        guard let multi else { return }
        var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
        while true {
            let (jobs, cancelled, stopping) = inbox.withLock { inbox in
                defer {
                    inbox.jobs.removeAll()
                    inbox.cancelled.removeAll()
                }
                if inbox.stopping { inbox.closed = true }
                return (inbox.jobs, inbox.cancelled, inbox.stopping)
            }
            for job in jobs {
                begin(job, cancelled: cancelled.contains(job.id) || stopping, on: multi, transfers: &transfers)
            }
            if stopping || !cancelled.isEmpty {
                for (handle, transfer) in transfers where stopping || cancelled.contains(transfer.job.id) {
                    transfers[handle] = nil
                    curl_multi_remove_handle(multi, handle)
                    transfer.finish(.failure(HTTPTransportError(code: .cancelled, message: "cancelled")))
                }
            }
            if stopping { return }

            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left)?.pointee {
                guard message.msg == CURLMSG_DONE, let handle = message.easy_handle,
                    let transfer = transfers.removeValue(forKey: handle)
                else { continue }
                let result = transfer.result(of: message.data.result)
                curl_multi_remove_handle(multi, handle)
                transfer.finish(result)
            }
            curl_multi_poll(multi, nil, 0, 1000, nil)
        }
    }

    private func begin(
        _ job: Job, cancelled: Bool, on multi: UnsafeMutableRawPointer,
        transfers: inout [UnsafeMutableRawPointer: CurlTransfer]
    ) {
        if cancelled {
            job.continuation.resume(returning: .failure(HTTPTransportError(code: .cancelled, message: "cancelled")))
            return
        }
        switch CurlTransfer.make(job, certificateFile: certificateFile) {
        case .failure(let error): job.continuation.resume(returning: .failure(error))
        case .success(let transfer):
            transfers[transfer.handle] = transfer
            curl_multi_add_handle(multi, transfer.handle)
        }
    }
}
