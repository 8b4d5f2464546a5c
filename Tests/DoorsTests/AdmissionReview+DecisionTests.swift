import StrictJSON
import Testing

@testable import Doors

private func bytes(
    uid: String = "1", refusal: String? = "refused", warnings: [String] = [],
    annotations: [(key: String, value: String)] = []
) -> [UInt8] {
    AdmissionReviewResponse.bytes(
        uid: uid, refusal: refusal, warnings: warnings, recordID: "01RECORD", annotations: annotations)
}

private func response(_ bytes: [UInt8]) throws -> JSONValue {
    let review = try JSONDocument(parsing: bytes).root
    #expect(review["apiVersion"]?.isString("admission.k8s.io/v1") == true)
    #expect(review["kind"]?.isString("AdmissionReview") == true)
    #expect(review.count == 3)
    return try #require(review["response"])
}

@Suite("What the API server is answered")
struct AdmissionReviewResponseTests {
    @Test("a refusal carries code, reason and message, and no details")
    func refusal() throws {
        let response = try response(bytes(uid: "u\"1"))
        #expect(response["uid"]?.string == "u\"1")
        #expect(response["allowed"]?.boolean == false)
        let status = try #require(response["status"])
        #expect(status["code"]?.integer == 403)
        #expect(status["reason"]?.string == "Forbidden")
        #expect(status["message"]?.string == "refused")
        #expect(status["details"] == nil)
        #expect(response["patch"] == nil && response["patchType"] == nil)
    }

    @Test("an allowed request has no status, and keeps its warnings and annotations")
    func allowed() throws {
        let response = try response(
            bytes(refusal: nil, warnings: ["soon"], annotations: [("decision-id", "01RECORD")]))
        #expect(response["allowed"]?.boolean == true)
        #expect(response["status"] == nil)
        #expect(response["warnings"]?.elements.map { $0.string } == ["soon"])
        #expect(response["auditAnnotations"]?["decision-id"]?.string == "01RECORD")
    }

    @Test("what was not judged is allowed and says nothing")
    func notJudged() throws {
        let response = try response(AdmissionReviewResponse.notJudged(uid: "1"))
        #expect(response["allowed"]?.boolean == true)
        #expect(response.count == 2)
    }

    @Test("a long message is cut between characters and still names its record")
    func longMessage() throws {
        for text in ["é", "👩‍👩‍👧", "x", "\u{1B}"] {
            let response = try response(bytes(refusal: String(repeating: text, count: 20_000)))
            let message = try #require(response["status"]?["message"]?.string)
            #expect(message.utf8.count <= 8_192)
            #expect(message.utf8.count > 8_000)
            #expect(message.hasSuffix("audit record 01RECORD)"))
            #expect(!message.contains("\u{FFFD}"))
        }
    }

    @Test("warnings are short, on one line, and bounded in number")
    func warnings() throws {
        let hostile = "a\nb\u{1B}[31m" + String(repeating: "é", count: 300)
        let response = try response(bytes(refusal: nil, warnings: Array(repeating: hostile, count: 100)))
        let warnings = response["warnings"]?.elements.compactMap { $0.string } ?? []
        #expect(warnings.count == 20)
        #expect(warnings.allSatisfy { $0.count <= 120 })
        #expect(warnings[0].hasPrefix("a b [31mé") && warnings[0].hasSuffix("é…"))
        #expect(warnings[19] == "81 more warnings in audit record 01RECORD")
        #expect(warnings.reduce(0) { $0 + $1.utf8.count } < 8_192)
    }

    @Test("twenty warnings are all told")
    func twentyWarnings() throws {
        let response = try response(bytes(refusal: nil, warnings: (0..<20).map { "w\($0)" }))
        #expect(response["warnings"]?.elements.map { $0.string }.last == "w19")
    }
}

@Suite("Cutting texts")
struct CuttingTests {
    @Test("what fits is left alone, what does not loses whole characters")
    func cut() {
        #expect("abc".cut(toBytes: 3) == "abc")
        #expect("abcd".cut(toBytes: 3) == "abc…")
        #expect("aéé".cut(toBytes: 4) == "aé…")
        #expect("é".cut(toBytes: 1, ending: "") == "")
        #expect("abc".cut(toCharacters: 3) == "abc")
        #expect("abcd".cut(toCharacters: 3) == "ab…")
        #expect("".cut(toCharacters: 3) == "")
    }
}
