import NIOCore

/// An answer. It is written as one buffer, so that head and body leave in one TLS record and one system call.
struct Response: Sendable {
    let status: Status
    let contentType: ContentType
    let body: [UInt8]
    /// The only other header field that an answer can have.
    let hint: Hint?

    init(_ status: Status, _ contentType: ContentType, _ body: [UInt8], hint: Hint? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.hint = hint
    }

    /// Plain text for a person, with a line break at its end.
    static func text(_ status: Status, _ text: String, hint: Hint? = nil) -> Response {
        Response(status, .text, Array(text.utf8) + [UInt8(ascii: "\n")], hint: hint)
    }

    struct Status: Sendable {
        let text: StaticString

        static let ok = Status(text: "200 OK")
        static let badRequest = Status(text: "400 Bad Request")
        static let forbidden = Status(text: "403 Forbidden")
        static let notFound = Status(text: "404 Not Found")
        static let methodNotAllowed = Status(text: "405 Method Not Allowed")
        static let requestTimeout = Status(text: "408 Request Timeout")
        static let contentTooLarge = Status(text: "413 Content Too Large")
        static let unsupportedMediaType = Status(text: "415 Unsupported Media Type")
        static let expectationFailed = Status(text: "417 Expectation Failed")
        static let headerFieldsTooLarge = Status(text: "431 Request Header Fields Too Large")
        static let notImplemented = Status(text: "501 Not Implemented")
        static let serviceUnavailable = Status(text: "503 Service Unavailable")
        static let versionNotSupported = Status(text: "505 HTTP Version Not Supported")
    }

    struct ContentType: Sendable {
        let text: StaticString

        static let json = ContentType(text: "application/json")
        static let text = ContentType(text: "text/plain; charset=utf-8")
    }

    enum Hint: Sendable {
        case allow(StaticString)
        case retryAfterOneSecond
    }
}

extension Response {
    /// The longest head: status, content type, length, hint, connection.
    static let maximumHeadBytes = 256

    /// - Parameter withoutBody: for `HEAD`, which gets the length and not the bytes.
    func write(to buffer: inout ByteBuffer, closing: Bool, withoutBody: Bool) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeStaticString(status.text)
        buffer.writeStaticString("\r\nContent-Type: ")
        buffer.writeStaticString(contentType.text)
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(body.count))
        switch hint {
        case .allow(let methods):
            buffer.writeStaticString("\r\nAllow: ")
            buffer.writeStaticString(methods)
        case .retryAfterOneSecond:
            buffer.writeStaticString("\r\nRetry-After: 1")
        case nil:
            break
        }
        buffer.writeStaticString(closing ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if !withoutBody { buffer.writeBytes(body) }
    }
}
