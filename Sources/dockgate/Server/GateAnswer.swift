import StrictJSON

/// What a running gate says about one image; or why it says nothing.
enum GateAnswer: Sendable {
    case given(Verdict)
    /// A clause without full stop.
    case none(because: String)

    struct Verdict: Sendable {
        let isAllowed: Bool
        /// For people: policy, check, what was found and what was expected, in several lines. Empty if it is allowed.
        let message: String
        let warnings: [String]
        /// The first reason against the image; an observing gate has one and allows it all the same.
        let reason: String?
        let isUndetermined: Bool
        /// Nil if the answer stands in no record.
        let recordID: String?
    }

    /// What is not an answer to this very question counts as none, and so does an allowance without a decision, which any
    /// other webhook gives as well: only of a word that is filled in later a gate judges nothing.
    init(parsing body: [UInt8], to question: ImageQuestion, from name: String) {
        guard let review = try? JSONDocument(parsing: body).root,
            review["apiVersion"]?.isString("admission.k8s.io/v1") == true,
            review["kind"]?.isString("AdmissionReview") == true, let response = review["response"],
            let isAllowed = response["allowed"]?.boolean
        else {
            self = .none(because: "`\(name)` answers with something that is no AdmissionReview")
            return
        }
        guard response["uid"]?.stringUTF8 == Array(question.uid.utf8) else {
            self = .none(because: "`\(name)` answers another question")
            return
        }
        let annotations = response["auditAnnotations"]
        let reason = annotations?["reason"]
        guard reason?.isReason ?? true else {
            self = .none(because: "`\(name)` gives a reason that is no code (a-z, 0-9 and -, 64 at the most)")
            return
        }
        guard !isAllowed || question.mayBePlaceholder || annotations?["decision-id"]?.string != nil else {
            self = .none(because: "`\(name)` lets it pass without a decision: it has judged no image")
            return
        }
        // An answer names its record also where that could not be written; only one that stands there has the log's head.
        let recordID = annotations?["log-head"] == nil ? nil : annotations?["decision-id"]?.string
        self = .given(
            Verdict(
                isAllowed: isAllowed, message: response["status"]?["message"]?.string ?? "",
                warnings: response["warnings"].map { $0.elements.compactMap(\.string) } ?? [],
                reason: reason?.string,
                isUndetermined: annotations?["undetermined"]?.isString("true") == true,
                recordID: recordID))
    }
}

extension JSONValue {
    /// Whether it is one of the reasons of this version, or looks like one of another: reports make names of it.
    fileprivate var isReason: Bool {
        guard let text = stringUTF8, (1...64).contains(text.count) else { return false }
        return text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
