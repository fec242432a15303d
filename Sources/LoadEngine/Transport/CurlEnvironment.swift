import CLibcurl
import HTTPExchange

/// What every libcurl handle of this process shares.
enum CurlEnvironment {
    /// libcurl's global state, set up once; `curl_global_init` must not run twice at the same time.
    static let isReady: Bool = firedrill_global_init() == CURLE_OK

    /// The options that every handle has, whatever it is for.
    static func configure(_ handle: UnsafeMutableRawPointer, certificateFile: String?) {
        firedrill_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
        firedrill_setopt_string(handle, CURLOPT_PROXY, "")
        firedrill_setopt_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        firedrill_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        firedrill_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0)
        firedrill_setopt_long(handle, CURLOPT_TCP_NODELAY, 1)
        // A CAPATH switches libcurl's cache of parsed certificates off: 20 ms of CPU for each handshake instead of 0.7.
        firedrill_setopt_string(handle, CURLOPT_CAPATH, nil)
        if let certificateFile {
            firedrill_setopt_string(handle, CURLOPT_CAINFO, certificateFile)
        } else if let bundle = firedrill_default_ca_file() {
            firedrill_setopt_string(handle, CURLOPT_CAINFO, bundle)
        }
    }

    /// libcurl's code as ours.
    static func errorCode(_ code: CURLcode) -> HTTPTransportError.Code {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE: .reset
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_WEIRD_SERVER_REPLY, CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            .malformed
        default: .other
        }
    }
}
