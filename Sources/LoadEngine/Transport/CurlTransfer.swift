import CLibcurl
import HTTPExchange
import Timekeeping

/// One request under way: a libcurl easy handle and what its callbacks gathered.
final class CurlTransfer {
    let job: CurlLoop.Job
    let handle: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private var attempts = 0
    private var sentAt = Timestamp(nanosecondsSinceEpoch: 0)
    private var sentTick: UInt64 = 0
    private var headers: [HTTPHeader] = []
    private var body: [UInt8] = []

    /// A handle ready to be run, or why the request cannot be one.
    static func make(_ job: CurlLoop.Job, certificateFile: String?) -> Result<CurlTransfer, HTTPTransportError> {
        let request = job.request
        // A line break in a method, URL or header would be another request's text.
        let texts = [request.method, request.url] + request.headers.flatMap { [$0.name, $0.value] }
        guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 != 0x0A && $0 != 0x0D && $0 != 0 } }), !request.method.isEmpty
        else {
            return .failure(HTTPTransportError(code: .malformed, message: "the request holds a line break or NUL"))
        }
        guard let handle = curl_easy_init() else {
            return .failure(HTTPTransportError(code: .other, message: "out of memory for a request"))
        }
        return .success(CurlTransfer(job, handle: handle, certificateFile: certificateFile))
    }

    private init(_ job: CurlLoop.Job, handle: UnsafeMutableRawPointer, certificateFile: String?) {
        self.job = job
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        CurlEnvironment.configure(handle, certificateFile: certificateFile)
        firedrill_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        setRequest(job.request)
        setCallbacks()
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    private func setRequest(_ request: HTTPRequest) {
        firedrill_setopt_string(handle, CURLOPT_URL, request.url)
        // Signed paths must arrive as they were signed, dots and all.
        firedrill_setopt_long(handle, CURLOPT_PATH_AS_IS, 1)
        let milliseconds = max(1, min(request.timeout.wholeNanoseconds / 1_000_000, Int64(Int32.max)))
        firedrill_setopt_long(handle, CURLOPT_TIMEOUT_MS, Int(milliseconds))

        let carriesBody = !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method)
        if carriesBody {
            firedrill_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            request.body.withUnsafeBytes { bytes in
                var empty: CChar = 0
                if let start = bytes.baseAddress {
                    _ = firedrill_setopt_pointer(
                        handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
                } else {
                    _ = firedrill_setopt_pointer(handle, CURLOPT_COPYPOSTFIELDS, &empty)
                }
            }
        }
        if request.method == "HEAD" {
            firedrill_setopt_long(handle, CURLOPT_NOBODY, 1)
        } else {
            firedrill_setopt_string(handle, CURLOPT_CUSTOMREQUEST, request.method)
        }

        // A name and colon alone takes back a header that libcurl would add: only what the caller stated is sent.
        for unwanted in ["Accept", "Expect", "Content-Type"] where request.headers.first(unwanted) == nil {
            headerList = curl_slist_append(headerList, "\(unwanted):")
        }
        for header in request.headers {
            headerList = curl_slist_append(
                headerList, header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        firedrill_setopt_pointer(handle, CURLOPT_HTTPHEADER, headerList)
    }

    private func setCallbacks() {
        // The loop keeps the transfer alive until its handle has left the multi handle.
        let me = Unmanaged.passUnretained(self).toOpaque()
        firedrill_setopt_pointer(handle, CURLOPT_WRITEDATA, me)
        firedrill_setopt_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, _, count, me in
            guard let bytes, let me else { return 0 }
            Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue()
                .body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
        firedrill_setopt_pointer(handle, CURLOPT_HEADERDATA, me)
        firedrill_setopt_data_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
            guard let bytes, let me else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue().addHeader(line)
            return size * count
        }
        firedrill_setopt_pointer(handle, CURLOPT_PREREQDATA, me)
        firedrill_setopt_prerequest_callback(handle) { me, _, _, _, _ in
            guard let me else { return CURL_PREREQFUNC_ABORT }
            return Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue().beforeSending()
        }
    }

    /// libcurl is about to write the request; the second time it would be a silent retry.
    private func beforeSending() -> Int32 {
        attempts += 1
        guard attempts == 1 else { return CURL_PREREQFUNC_ABORT }
        sentAt = .system()
        sentTick = firedrill_monotonic_nanoseconds()
        return CURL_PREREQFUNC_OK
    }

    private func addHeader(_ line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // The head of the final answer replaces an interim one's (100, 103).
            headers.removeAll()
            return
        }
        guard let colon = text.firstIndex(of: ":") else { return }
        let value = text[text.index(after: colon)...]
        headers.append(HTTPHeader(String(text[..<colon]), Self.trimmed(value)))
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text.utf8
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        while let byte = rest.first, isSpace(byte) { rest.removeFirst() }
        while let byte = rest.last, isSpace(byte) { rest.removeLast() }
        return String(Substring(rest))
    }

    /// What the ended transfer comes to.
    func result(of code: CURLcode) -> Result<HTTPResponse, HTTPTransportError> {
        if code == CURLE_OK {
            var status = 0
            firedrill_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
            let elapsed = firedrill_monotonic_nanoseconds() &- sentTick
            return .success(
                HTTPResponse(
                    status: status, headers: headers, body: body, sentAt: sentAt,
                    elapsed: .nanoseconds(Int64(clamping: elapsed))))
        }
        let url = job.request.url
        if attempts > 1 {
            return .failure(
                HTTPTransportError(code: .reset, message: "\(url): the server closed the connection without an answer"))
        }
        let detail = errorText[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
        return .failure(HTTPTransportError(code: CurlEnvironment.errorCode(code), message: "\(url): \(detail)"))
    }

    func finish(_ result: Result<HTTPResponse, HTTPTransportError>) {
        job.continuation.resume(returning: result)
    }
}
