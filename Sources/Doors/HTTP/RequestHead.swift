import NIOHTTP1

/// What the head of a request says, as far as we care; everything that makes two readers disagree about where a request
/// ends is refused here, after what NIO's parser has refused already.
struct RequestHead {
    /// What the rest of the connection needs to know, whether the request is accepted or not.
    struct Framing {
        var hasBody = false
        /// The announced length; nil if the body is chunked.
        var contentLength: Int? = 0
        var expectsContinue = false
        /// Whether the connection may carry another request afterwards.
        var keepsAlive = true
    }

    /// A head that is answered without an endpoint.
    struct Refusal: Error {
        let response: Response
        /// Where the next request would begin cannot be said, or what follows is not HTTP.
        var closes = true
    }

    private(set) var framing = Framing()
    private var isJSON = false
    private var hasContentType = false

    /// - Throws: `Refusal` with 400 for anything ambiguous, 417, 501.
    init(_ head: HTTPRequestHead) throws(Refusal) {
        framing.keepsAlive = head.isKeepAlive && head.version == .http1_1
        // The parser stops after it, as if something else than HTTP followed.
        guard head.method != .CONNECT else { throw .malformed("this is no proxy") }
        var fields = FieldCounts()
        for (name, value) in head.headers {
            try read(name.utf8, value, counting: &fields)
        }
        if head.version == .http1_1 {
            guard fields.host == 1 else { throw .malformed("a request has exactly one `Host` field") }
        } else {
            framing.expectsContinue = false
            guard !fields.isChunked else { throw .malformed("HTTP/1.0 has no `Transfer-Encoding`") }
        }
        guard !(fields.isChunked && fields.hasLength) else {
            throw .malformed("both `Content-Length` and `Transfer-Encoding` say where the body ends")
        }
        if fields.isChunked {
            framing.contentLength = nil
            framing.hasBody = true
        }
    }

    /// Whether the endpoint takes this request, by its method, content type, length and client certificate.
    ///
    /// - Throws: `Refusal` with 403, 405, 413, 415 or 400.
    func check(
        _ acceptance: Acceptance, method: HTTPMethod, limits: ServerLimits, isAuthenticated: Bool
    ) throws(Refusal) {
        switch acceptance {
        case .probes:
            guard method == .GET || method == .HEAD else { throw methodRefused(acceptance) }
            guard !framing.hasBody else { throw .malformed("a probe has no body") }
        case .posts:
            guard method == .POST else { throw methodRefused(acceptance) }
            guard isAuthenticated else {
                throw Refusal(
                    response: .text(.forbidden, "this path needs a client certificate, and none was presented"))
            }
            guard isJSON else {
                throw Refusal(
                    response: .text(.unsupportedMediaType, "`Content-Type` is not `application/json`"),
                    closes: framing.hasBody)
            }
            guard framing.contentLength ?? 0 <= limits.maximumBodyBytes else {
                throw .tooLarge(limits.maximumBodyBytes)
            }
        }
    }

    private func methodRefused(_ acceptance: Acceptance) -> Refusal {
        Refusal(
            response: .text(
                .methodNotAllowed, "this path takes \(acceptance.allowedMethods)",
                hint: .allow(acceptance.allowedMethods)),
            closes: framing.hasBody)
    }

    private struct FieldCounts {
        var host = 0
        var hasLength = false
        var isChunked = false
    }

    private mutating func read(
        _ name: String.UTF8View, _ value: String, counting fields: inout FieldCounts
    ) throws(Refusal) {
        // A folded value (RFC 9112 section 5.2) comes out of the parser with its line break.
        guard !value.utf8.containsControlCharacter else {
            throw .malformed("a header field holds a line break or a control character")
        }
        // By length first: most fields are none of ours.
        switch name.count {
        case 4 where name.isField("host"):
            fields.host += 1
        case 6 where name.isField("expect"):
            guard value.utf8.isField("100-continue") else {
                throw Refusal(response: .text(.expectationFailed, "only `Expect: 100-continue` is understood"))
            }
            framing.expectsContinue = true
        case 7 where name.isField("upgrade"):
            throw .malformed("there is nothing to upgrade to")
        case 12 where name.isField("content-type"):
            guard !hasContentType else { throw .malformed("two `Content-Type` fields") }
            hasContentType = true
            isJSON = RequestHead.isJSON(value.utf8)
        case 14 where name.isField("content-length"):
            guard !fields.hasLength, let length = RequestHead.length(value.utf8) else {
                throw .malformed("`Content-Length` is not one number")
            }
            fields.hasLength = true
            framing.contentLength = length
            framing.hasBody = length > 0
        case 16 where name.isField("content-encoding"):
            guard value.utf8.isField("identity") else {
                throw Refusal(response: .text(.unsupportedMediaType, "`Content-Encoding` is not understood"))
            }
        case 17 where name.isField("transfer-encoding"):
            guard !fields.isChunked, value.utf8.isField("chunked") else {
                throw Refusal(response: .text(.notImplemented, "the only transfer coding is `chunked`"))
            }
            fields.isChunked = true
        default:
            break
        }
    }

    /// `application/json`, with or without parameters such as `charset=utf-8`.
    private static func isJSON(_ value: String.UTF8View) -> Bool {
        let type = value.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return type.isField("application/json")
    }

    /// A number without sign, spaces or overflow.
    private static func length(_ text: String.UTF8View) -> Int? {
        // Fifteen digits cannot overflow and are a petabyte.
        guard (1...15).contains(text.count) else { return nil }
        var length = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return length
    }
}

extension RequestHead.Refusal {
    static func malformed(_ text: String) -> RequestHead.Refusal {
        RequestHead.Refusal(response: .text(.badRequest, text))
    }

    static func tooLarge(_ limit: Int) -> RequestHead.Refusal {
        RequestHead.Refusal(response: .text(.contentTooLarge, "the body is larger than \(limit) bytes"))
    }
}

extension Collection<UInt8> {
    /// Compares with a lower-case name, ASCII letters without regard to case.
    func isField(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            inOnePiece { field in
                field.count == name.count
                    && field.indices.allSatisfy { index in
                        let byte = field[index]
                        return byte == name[index] || (0x41...0x5A).contains(byte) && byte | 0x20 == name[index]
                    }
            }
        }
    }

    /// Any but a tab.
    fileprivate var containsControlCharacter: Bool {
        inOnePiece { $0.contains { $0 < 0x20 && $0 != 0x09 } }
    }

    /// Texts from the parser lie in one piece of memory, and to look at them there takes a fraction of the time.
    private func inOnePiece(_ holds: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        withContiguousStorageIfAvailable(holds) ?? Array(self).withUnsafeBufferPointer(holds)
    }
}
