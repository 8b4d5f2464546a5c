/// One question to one host.
public struct OutboundRequest: Sendable {
    /// What is done to the address, with the body that goes with it.
    public enum Method: Sendable {
        case get
        /// `application/x-www-form-urlencoded`; a redirect of it is never followed.
        case post(form: [(name: String, value: String)])
        /// `application/json`; a redirect of it is never followed.
        case postJSON([UInt8])
    }

    /// A GET, or a POST with its body.
    public let method: Method
    /// Where it goes first; where redirects may lead, the host's rule says.
    public let url: OutboundURL
    /// Without `Authorization`.
    public let headers: [(name: String, value: String)]
    /// The `Authorization` value. It goes to the host of `url` and to no other, however often the answer redirects.
    public let authorization: String?
    /// The largest body in bytes. Reading stops one byte beyond it.
    public let limit: Int
    /// Whether redirects are followed at all; where to, the host's rule says.
    public let followsRedirects: Bool

    /// A negative `limit` counts as 0: any body is too large.
    public init(
        _ url: OutboundURL, method: Method = .get, headers: [(name: String, value: String)] = [],
        authorization: String? = nil, limit: Int, followsRedirects: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.authorization = authorization
        self.limit = max(0, limit)
        self.followsRedirects = followsRedirects
    }
}

extension OutboundRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without headers, authorization, body and query.
    public var description: String { "\(verb) \(url)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["redacted": description]) }

    private var verb: String {
        switch method {
        case .get: "GET"
        case .post, .postJSON: "POST"
        }
    }
}

/// What came back. The body is there for a status of 200 to 299 only: no other body is ever needed, and none is shown.
public struct OutboundResponse: Sendable {
    /// The status of the last answer, redirects followed.
    public let status: Int
    /// At most `OutboundRequest.limit` bytes; what is longer is `OutboundError.tooLarge` instead.
    public let body: [UInt8]
    /// Where the answer came from after redirects.
    public let url: OutboundURL
    let headers: [(name: String, value: String)]

    /// All values of a header field, in the order in which they came. `name` is lower case.
    public func values(of name: StaticString) -> [String] {
        let wanted = name.description
        return headers.filter { $0.name.utf8.elementsEqual(wanted.utf8) }.map(\.value)
    }

    /// The value of a header field that came once; nil if it is missing or repeated with other words.
    public func value(of name: StaticString) -> String? {
        let all = values(of: name)
        guard let first = all.first, all.allSatisfy({ $0.utf8.elementsEqual(first.utf8) }) else { return nil }
        return first
    }
}
