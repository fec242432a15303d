import CLibcurl
import HTTPExchange

/// Opens one connection before a load, so that a wrong address is one clear error and not a run of failures.
enum ConnectProbe {
    /// - Returns: the host's addresses for `CURLOPT_RESOLVE`; nil when the host is an address itself.
    static func check(_ plan: LoadPlan) throws(LoadError) -> String? {
        let target = plan.target
        let resolved = try target.resolved()
        guard CurlEnvironment.isReady, let handle = curl_easy_init() else {
            throw LoadError(code: .resources, message: "libcurl could not be set up", location: target.baseURL)
        }
        let list = resolved.flatMap { curl_slist_append(nil, $0) }
        var text = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = text.withUnsafeMutableBytes { buffer in
            CurlEnvironment.configure(handle, certificateFile: plan.certificateFile)
            firedrill_setopt_string(handle, CURLOPT_URL, target.connectURL)
            firedrill_setopt_long(handle, CURLOPT_CONNECT_ONLY, 1)
            firedrill_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(plan.connectTimeout / 1_000_000))
            firedrill_setopt_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
            if let list { firedrill_setopt_pointer(handle, CURLOPT_RESOLVE, list) }
            return curl_easy_perform(handle)
        }
        curl_easy_cleanup(handle)
        curl_slist_free_all(list)
        guard code == CURLE_OK else {
            let said = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let detail =
                said.isEmpty ? String(cString: curl_easy_strerror(code)) : String(decoding: said, as: UTF8.self)
            let advice =
                CurlEnvironment.errorCode(code) == .tls
                ? "check the certificate" : "is the server up, and the address right?"
            throw LoadError(
                code: .unreachable, message: "cannot connect: \(detail); \(advice)", location: target.baseURL)
        }
        return resolved
    }
}
