import NIOCore
import NIOHTTP1

/// Writes an answer as the bytes of HTTP/1.1, head and body in one buffer.
enum ResponseEncoder {
    /// - Parameters:
    ///   - omitsBody: the request was HEAD, whose answer has the headers alone.
    ///   - closes: the connection ends with this answer.
    ///   - keepsOldAlive: an HTTP/1.0 caller has asked to go on, and has to be told that it may.
    static func encode(
        _ response: ServerResponse, omitsBody: Bool, closes: Bool, keepsOldAlive: Bool, date: String,
        into buffer: inout ByteBuffer
    ) {
        let hasNoBody = response.status == 204 || response.status == 304
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(statusLine(response.status))
        var statesLength = false
        for (name, value) in response.headers {
            switch name.utf8.count {
            case 14 where name.lowercased() == "content-length":
                // The answer to HEAD may state the length of a body that was not even read.
                guard omitsBody else { continue }
                statesLength = true
            case 10 where name.lowercased() == "connection": continue
            case 17 where name.lowercased() == "transfer-encoding": continue
            default: break
            }
            write(name, into: &buffer, isName: true)
            buffer.writeStaticString(": ")
            write(value, into: &buffer, isName: false)
            buffer.writeStaticString("\r\n")
        }
        if response.status != 204, !statesLength {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(response.body.count))
            buffer.writeStaticString("\r\n")
        }
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        if keepsOldAlive { buffer.writeStaticString("Connection: keep-alive\r\n") }
        buffer.writeStaticString("Date: ")
        buffer.writeString(date)
        buffer.writeStaticString("\r\n\r\n")
        if !hasNoBody, !omitsBody { buffer.writeBytes(response.body) }
    }

    /// What would end a line early, and so let a value speak for the server, becomes a space.
    private static func write(_ text: String, into buffer: inout ByteBuffer, isName: Bool) {
        guard text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) || (isName && text.isEmpty) else {
            buffer.writeString(text)
            return
        }
        buffer.writeBytes(text.utf8.map { $0 < 0x20 || $0 == 0x7F ? (isName ? UInt8(ascii: "_") : 0x20) : $0 })
    }

    private static func statusLine(_ status: Int) -> String {
        status == 200 ? "200 OK\r\n" : "\(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)\r\n"
    }
}
