import StrictJSON

/// The request half of an `admission.k8s.io/v1` AdmissionReview, as the API server sends it.
///
/// Members that we do not read are ignored, since every Kubernetes release adds some; those that we do read must have
/// the type that the API gives them.
struct AdmissionReviewRequest: Sendable {
    let uid: String
    let operation: Operation
    let kind: GroupVersionKind
    let subresource: String?
    /// Nil for objects that belong to no namespace.
    let namespace: String?
    /// The object's name; while it is created with `generateName`, that prefix.
    let name: String?
    /// The same decision is made; only the record says that nothing came of it.
    let isDryRun: Bool
    let user: User
    let object: JSONValue?
    let oldObject: JSONValue?

    enum Operation: String, CaseIterable, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    struct GroupVersionKind: Sendable {
        let group: String
        let version: String
        let kind: String
    }

    /// Who asks the API server, as it authenticated them.
    struct User: Sendable {
        let name: String?
        let uid: String?
        let groups: [String]
    }

    /// The API server uses a UUID. What is longer than this is not echoed but refused.
    static let maximumUIDBytes = 1_024
    /// A person can be in thousands of groups; the record keeps this many.
    static let maximumGroups = 64
    /// Of a user's name, its uid and the name of each group. Identity providers stay far below, and whoever reaches the
    /// port may write here what the log then keeps. A longer one is refused: a shortened identity could be another's.
    static let maximumIdentityBytes = 1_024
    /// Of the names of objects, namespaces, kinds, API groups and versions: Kubernetes allows a DNS subdomain, 253 bytes.
    static let maximumNameBytes = 253

    /// What such a review is called when it is refused before it is a review.
    static let version: StaticString = "admission.k8s.io/v1"
    static let kind: StaticString = "AdmissionReview"
}

/// Why a body is not a review that can be judged.
enum AdmissionReviewError: Error, Sendable {
    /// There is nothing that an answer could refer to: HTTP 400 with this text.
    case unreadable(String)
    /// The review's uid could be read, so it gets a proper answer: refused, because of this.
    case refused(uid: String, String)
}

extension AdmissionReviewRequest {
    /// - Throws: `unreadable` unless the bytes are strict JSON, of this kind and version, and name a uid; `refused` for
    ///   anything else that is not as the API says.
    init(parsing body: [UInt8], limits: JSONLimits) throws(AdmissionReviewError) {
        let review = try AdmissionReviewRequest.envelope(body, limits: limits)
        guard let request = review["request"], request.kind == .object else {
            throw .unreadable("`$.request` is missing or not an object")
        }
        guard let uid = request["uid"]?.string, !uid.isEmpty else {
            throw .unreadable("`$.request.uid` is missing, empty or not a string")
        }
        guard uid.utf8.count <= AdmissionReviewRequest.maximumUIDBytes else {
            throw .unreadable("`$.request.uid` is longer than \(AdmissionReviewRequest.maximumUIDBytes) bytes")
        }
        do throws(MemberError) {
            try self.init(request, uid: uid)
        } catch {
            throw .refused(uid: uid, error.description)
        }
    }

    private static func envelope(_ body: [UInt8], limits: JSONLimits) throws(AdmissionReviewError) -> JSONValue {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: body, limits: limits)
        } catch {
            throw .unreadable("the body is not a JSON document: \(error)")
        }
        let review = document.root
        guard review.kind == .object else { throw .unreadable("the body is \(review.kind.name), expected an object") }
        guard review["apiVersion"]?.isString(version) == true else {
            throw .unreadable("`$.apiVersion` is not `\(version)`, the only version that is answered")
        }
        guard review["kind"]?.isString(kind) == true else { throw .unreadable("`$.kind` is not `\(kind)`") }
        return review
    }

    private init(_ request: JSONValue, uid: String) throws(MemberError) {
        self.uid = uid
        let members = Members(of: request, at: "request")
        guard let operation = Operation(request["operation"]) else {
            throw MemberError("`request.operation` is not one of CREATE, UPDATE, DELETE, CONNECT")
        }
        self.operation = operation
        guard let kindMember = try members.object("kind") else { throw MemberError("`request.kind` is missing") }
        let kind = Members(of: kindMember, at: "request.kind")
        self.kind = GroupVersionKind(
            group: try kind.name("group") ?? "", version: try kind.name("version") ?? "",
            kind: try kind.name("kind") ?? "")
        subresource = try members.name("subResource")
        namespace = try members.name("namespace")
        isDryRun = try members.boolean("dryRun") ?? false
        user = try User(members.object("userInfo"))
        object = try members.object("object")
        oldObject = try members.object("oldObject")
        let name = try members.name("name")
        self.name = if let name { name } else { try AdmissionReviewRequest.name(of: object) }
    }

    private static func name(of object: JSONValue?) throws(MemberError) -> String? {
        guard let metadata = object?["metadata"] else { return nil }
        for (text, key) in [(metadata["name"]?.string, "name"), (metadata["generateName"]?.string, "generateName")] {
            guard let text, !text.isEmpty else { continue }
            return try text.bounded(to: maximumNameBytes, at: "request.object.metadata.\(key)")
        }
        return nil
    }
}

extension AdmissionReviewRequest.Operation {
    fileprivate init?(_ value: JSONValue?) {
        guard let value else { return nil }
        if value.isString("CREATE") {
            self = .create
        } else if value.isString("UPDATE") {
            self = .update
        } else if value.isString("DELETE") {
            self = .delete
        } else if value.isString("CONNECT") {
            self = .connect
        } else {
            return nil
        }
    }
}

extension AdmissionReviewRequest.User {
    fileprivate init(_ value: JSONValue?) throws(MemberError) {
        guard let value else {
            self.init(name: nil, uid: nil, groups: [])
            return
        }
        let members = Members(of: value, at: "request.userInfo")
        var groups: [String] = []
        if let list = value["groups"], !list.isNull {
            guard list.kind == .array else { throw MemberError("`request.userInfo.groups` is not an array") }
            groups.reserveCapacity(min(list.count, AdmissionReviewRequest.maximumGroups))
            for group in list.elements {
                guard groups.count < AdmissionReviewRequest.maximumGroups else { break }
                guard let text = group.string else {
                    throw MemberError("`request.userInfo.groups` holds something that is not a string")
                }
                groups.append(
                    try text.bounded(to: AdmissionReviewRequest.maximumIdentityBytes, at: "request.userInfo.groups"))
            }
        }
        self.init(name: try members.identity("username"), uid: try members.identity("uid"), groups: groups)
    }
}

/// A member that has another type than the API gives it.
private struct MemberError: Error {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Typed access to the members of an object: nil when absent or null, an error when it is of another type.
private struct Members {
    private let object: JSONValue
    private let path: StaticString

    init(of object: JSONValue, at path: StaticString) {
        self.object = object
        self.path = path
    }

    func text(_ key: StaticString) throws(MemberError) -> String? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let text = value.string else { throw MemberError("`\(path).\(key)` is not a string") }
        return text
    }

    func name(_ key: StaticString) throws(MemberError) -> String? {
        try nonEmptyText(key, limit: AdmissionReviewRequest.maximumNameBytes)
    }

    func identity(_ key: StaticString) throws(MemberError) -> String? {
        try nonEmptyText(key, limit: AdmissionReviewRequest.maximumIdentityBytes)
    }

    /// The API server writes absent texts as empty ones in places.
    private func nonEmptyText(_ key: StaticString, limit: Int) throws(MemberError) -> String? {
        guard let text = try text(key), !text.isEmpty else { return nil }
        return try text.bounded(to: limit, at: "\(path).\(key)")
    }

    func boolean(_ key: StaticString) throws(MemberError) -> Bool? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let boolean = value.boolean else { throw MemberError("`\(path).\(key)` is not a boolean") }
        return boolean
    }

    func object(_ key: StaticString) throws(MemberError) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        guard value.kind == .object else { throw MemberError("`\(path).\(key)` is not an object") }
        return value
    }
}

extension String {
    fileprivate func bounded(to limit: Int, at path: @autoclosure () -> String) throws(MemberError) -> String {
        guard utf8.count <= limit else {
            throw MemberError("`\(path())` has \(utf8.count) bytes, expected at most \(limit)")
        }
        return self
    }
}
