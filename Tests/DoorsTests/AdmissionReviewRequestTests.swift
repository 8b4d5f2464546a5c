import StrictJSON
import Testing

@testable import Doors

/// The members of `request`, each as JSON; a test changes one of them.
struct ReviewText {
    var apiVersion = #""admission.k8s.io/v1""#
    var kind = #""AdmissionReview""#
    var members: [(key: String, value: String)] = [
        ("uid", #""705ab4f5""#), ("kind", #"{"group":"","version":"v1","kind":"Pod"}"#),
        ("operation", #""CREATE""#), ("namespace", #""prod""#), ("name", #""web""#),
        ("userInfo", #"{"username":"ann","uid":"7","groups":["dev"]}"#), ("oldObject", "null"), ("dryRun", "false"),
        ("object", #"{"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{"containers":[{"image":"nginx"}]}}"#),
    ]

    /// nil takes the member out.
    mutating func set(_ key: String, _ value: String?) {
        members.removeAll { $0.key == key }
        if let value { members.append((key, value)) }
    }

    var bytes: [UInt8] {
        let request = members.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
        return Array(#"{"apiVersion":\#(apiVersion),"kind":\#(kind),"request":{\#(request)}}"#.utf8)
    }

    static func with(_ key: String, _ value: String?) -> ReviewText {
        var review = ReviewText()
        review.set(key, value)
        return review
    }

    static func pod(_ spec: String, operation: String = "CREATE", oldSpec: String? = nil) -> ReviewText {
        var review = ReviewText()
        review.set("operation", "\"\(operation)\"")
        review.set("object", Workload.pod.json(spec))
        if let oldSpec { review.set("oldObject", Workload.pod.json(oldSpec)) }
        return review
    }
}

private func parse(_ review: ReviewText) throws(AdmissionReviewError) -> AdmissionReviewRequest {
    try AdmissionReviewRequest(parsing: review.bytes, limits: JSONLimits())
}

@Suite("Reading an AdmissionReview")
struct AdmissionReviewRequestTests {
    @Test("everything that is recorded is read")
    func complete() throws {
        let review = try parse(ReviewText.with("subResource", #""ephemeralcontainers""#))
        #expect(review.uid == "705ab4f5")
        #expect(review.operation == .create)
        #expect((review.kind.group, review.kind.version, review.kind.kind) == ("", "v1", "Pod"))
        #expect(review.subresource == "ephemeralcontainers")
        #expect(review.namespace == "prod")
        #expect(review.name == "web")
        #expect((review.user.name, review.user.uid, review.user.groups) == ("ann", "7", ["dev"]))
        #expect(!review.isDryRun)
        #expect(try parse(.with("dryRun", "true")).isDryRun)
    }

    @Test("an object of no namespace has none, a generated name is known by its prefix")
    func absent() throws {
        #expect(try parse(.with("namespace", nil)).namespace == nil)
        #expect(try parse(.with("namespace", #""""#)).namespace == nil)
        #expect(try parse(.with("userInfo", nil)).user.groups == [])
        var generated = ReviewText.with("name", #""""#)
        #expect(try parse(generated).name == nil)
        generated.set("object", #"{"kind":"Pod","metadata":{"generateName":"web-"}}"#)
        #expect(try parse(generated).name == "web-")
    }

    @Test("what is no review of this version has no answer")
    func unreadable() throws {
        var reviews = [
            ReviewText.with("uid", nil), .with("uid", #""""#), .with("uid", "7"), .with("uid", "null"),
            .with("uid", "\"\(String(repeating: "u", count: 1_025))\""),
        ]
        for version in [#""admission.k8s.io/v1beta1""#, #""admission.k8s.io/V1""#, "null", #""v1""#] {
            var review = ReviewText()
            review.apiVersion = version
            reviews.append(review)
        }
        for kind in [#""admissionreview""#, #""AdmissionReviewList""#, "1"] {
            var review = ReviewText()
            review.kind = kind
            reviews.append(review)
        }
        for review in reviews {
            let error = #expect(throws: AdmissionReviewError.self) { try parse(review) }
            guard case .unreadable = error else {
                Issue.record("\(String(decoding: review.bytes, as: UTF8.self)) gives \(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        "what is no strict JSON has no answer, and the problem says where",
        arguments: [
            ("", "$"), ("null", ""), ("[]", ""), ("{", "$"), ("\u{FEFF}{}", "$"), ("{}x", "$"), ("{\"a\":1,}", "$"),
            (#"{"request":{"uid":"a","uid":"b"}}"#, "$.request.uid"),
            (#"{"request":{"uid":"a","\u0075id":"b"}}"#, "$.request.uid"),
            (#"{"request":{"uid":"\ud800"}}"#, "$.request.uid"), (#"{"request":{"uid":NaN}}"#, "$.request.uid"),
            (#"{"request":"# + String(repeating: "[", count: 100_000), "$.request[0]"),
        ])
    func malformed(_ text: String, _ path: String) throws {
        let error = #expect(throws: AdmissionReviewError.self) {
            try AdmissionReviewRequest(parsing: Array(text.utf8), limits: JSONLimits())
        }
        guard case .unreadable(let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.contains(path), "\(problem)")
    }

    @Test(
        "what a review must not say is refused under its uid",
        arguments: [
            ("operation", nil), ("operation", #""create""#), ("operation", #""PATCH""#), ("operation", "1"),
            ("kind", nil), ("kind", #""Pod""#), ("kind", #"{"group":1,"kind":"Pod"}"#), ("namespace", "5"),
            ("name", "{}"), ("dryRun", #""true""#), ("object", "[]"), ("object", #""x""#), ("oldObject", "3"),
            ("userInfo", "[]"), ("userInfo", #"{"groups":{}}"#), ("userInfo", #"{"groups":[1]}"#),
            ("userInfo", #"{"username":["ann"]}"#), ("subResource", "false"),
        ] as [(String, String?)])
    func refused(_ key: String, _ value: String?) throws {
        let error = #expect(throws: AdmissionReviewError.self) { try parse(.with(key, value)) }
        guard case .refused("705ab4f5", let message) = error else {
            Issue.record("\(key): \(value ?? "-") gives \(String(describing: error))")
            return
        }
        #expect(message.contains("`request."))
    }

    @Test("a name or an identity that is longer than Kubernetes has them is refused, not shortened")
    func lengths() throws {
        func members(_ bytes: Int) -> [(limit: Int, key: String, value: String)] {
            let text = String(repeating: "n", count: bytes)
            return [
                (1_024, "userInfo", #"{"username":"\#(text)"}"#), (1_024, "userInfo", #"{"uid":"\#(text)"}"#),
                (1_024, "userInfo", #"{"groups":["dev","\#(text)"]}"#), (253, "name", #""\#(text)""#),
                (253, "namespace", #""\#(text)""#), (253, "subResource", #""\#(text)""#),
                (253, "kind", #"{"kind":"\#(text)"}"#), (253, "kind", #"{"kind":"Pod","group":"\#(text)"}"#),
                (253, "kind", #"{"kind":"Pod","version":"\#(text)"}"#),
            ]
        }
        for limit in [253, 1_024] {
            for member in members(limit) where member.limit == limit {
                _ = try parse(.with(member.key, member.value))
            }
            for member in members(limit + 1) where member.limit == limit {
                try expectRefusal(.with(member.key, member.value), "expected at most \(limit)")
            }
        }
        for key in ["name", "generateName"] {
            var review = ReviewText.with("name", nil)
            review.set("object", #"{"metadata":{"\#(key)":"\#(String(repeating: "n", count: 254))"}}"#)
            try expectRefusal(review, "`request.object.metadata.\(key)` has 254 bytes")
        }
    }

    private func expectRefusal(_ review: ReviewText, _ text: String) throws {
        let error = #expect(throws: AdmissionReviewError.self) { try parse(review) }
        guard case .refused("705ab4f5", let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains(text), "\(message)")
    }

    @Test("members that we do not know change nothing")
    func unknownMembers() throws {
        let review = try parse(.with("future", #"{"containers":[{"image":"evil"}]}"#))
        #expect(try review.images(placeholders: []).count == 1)
    }

    @Test("as many groups as a record can hold")
    func manyGroups() throws {
        let groups = (0..<10_000).map { "\"g\($0)\"" }.joined(separator: ",")
        #expect(try parse(.with("userInfo", #"{"groups":[\#(groups)]}"#)).user.groups.count == 64)
    }
}

@Suite("Which requests bring an image")
struct AdmissionReviewImagesTests {
    private let spec = #"{"containers":[{"image":"nginx:2"}]}"#
    private let oldSpec = #"{"containers":[{"image":"nginx:1"}]}"#

    private func count(_ review: ReviewText) throws -> Int { try parse(review).images(placeholders: []).count }

    @Test("CREATE brings all, UPDATE what is new, DELETE and CONNECT none")
    func operations() throws {
        #expect(try count(.pod(spec)) == 1)
        #expect(try count(.pod(spec, operation: "UPDATE", oldSpec: oldSpec)) == 1)
        #expect(try count(.pod(spec, operation: "UPDATE", oldSpec: spec)) == 0)
        #expect(try count(.pod(spec, operation: "DELETE")) == 0)
        #expect(try count(.pod(spec, operation: "CONNECT")) == 0)
        var delete = ReviewText.with("operation", #""DELETE""#)
        delete.set("object", "null")
        #expect(try count(delete) == 0)
    }

    @Test("an old object beside a CREATE excuses nothing")
    func oldObjectOfCreate() throws {
        #expect(try count(.pod(spec, oldSpec: spec)) == 1)
    }

    @Test("an UPDATE without an old object brings everything")
    func noOldObject() throws {
        #expect(try count(.pod(spec, operation: "UPDATE")) == 1)
    }

    @Test("a review without the object that it is about is refused", arguments: ["CREATE", "UPDATE"])
    func noObject(_ operation: String) throws {
        var review = ReviewText.with("operation", "\"\(operation)\"")
        review.set("object", "null")
        #expect(throws: WorkloadError.self) { try count(review) }
        review.set("object", nil)
        #expect(throws: WorkloadError.self) { try count(review) }
    }

    @Test(
        "an object of another kind than the review announces is refused",
        arguments: [
            #"{"group":"","version":"v1","kind":"ConfigMap"}"#, #"{"group":"apps","version":"v1","kind":"Pod"}"#,
            #"{"group":"","version":"v1","kind":"pod"}"#, "{}",
        ])
    func otherKind(_ kind: String) throws {
        #expect(throws: WorkloadError.self) { try count(.with("kind", kind)) }
    }

    @Test(
        "an object that does not say how it is to be read is refused",
        arguments: [
            #""kind":"Pod""#, #""kind":"Pod","apiVersion":"""#, #""kind":"Pod","apiVersion":1"#, #""apiVersion":"v1""#,
        ])
    func unknownVersion(_ type: String) throws {
        var review = ReviewText()
        review.set("object", #"{\#(type),"spec":{"containers":[{"image":"nginx"}]}}"#)
        #expect(throws: WorkloadError.self) { try count(review) }
    }
}
