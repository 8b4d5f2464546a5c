import Admission
import StrictJSON

/// The response half of an AdmissionReview: the one place where a decision becomes what the API server reads.
///
/// A refusal carries `status` with code 403, reason `Forbidden` and the message, which is what `kubectl` shows; there are
/// no `details`, since with them `kubectl` prints the causes and drops the message. An API server ignores the `status` of
/// an allowed request, so it gets none.
enum AdmissionReviewResponse {
    /// Longer texts do not help a reader, and the API server keeps every one of them in its own logs.
    static let maximumMessageBytes = 8_192
    /// The API asks for at most 120 characters a warning, and cuts at 256.
    static let maximumWarningCharacters = 120
    /// The API server drops warnings after 4 KiB.
    static let maximumWarnings = 20
    static let maximumAnnotations = 16
    static let maximumAnnotationBytes = 1_024

    static func bytes(for answer: Answer, uid: String) -> [UInt8] {
        bytes(
            uid: uid, refusal: answer.isAllowed ? nil : answer.message, warnings: answer.warnings,
            recordID: answer.recordID, annotations: answer.auditAnnotations)
    }

    /// - Parameters:
    ///   - refusal: nil if the request is allowed.
    ///   - recordID: nil if no record says what this answer says.
    static func bytes(
        uid: String, refusal: String?, warnings: [String], recordID: String?,
        annotations: [(key: String, value: String)]
    ) -> [UInt8] {
        write(uid: uid, isAllowed: refusal == nil) { writer in
            if let refusal { writeStatus(cut(refusal, recordID: recordID), to: &writer) }
            writeWarnings(warnings, recordID: recordID, to: &writer)
            writeAnnotations(annotations, to: &writer)
        }
    }

    /// For requests that bring no image: no decision, so no record and no annotation.
    static func notJudged(uid: String) -> [UInt8] {
        write(uid: uid, isAllowed: true) { _ in }
    }

    private static func write(uid: String, isAllowed: Bool, _ rest: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.key("apiVersion")
        writer.string("admission.k8s.io/v1")
        writer.key("kind")
        writer.string("AdmissionReview")
        writer.key("response")
        writer.beginObject()
        writer.key("uid")
        writer.string(uid)
        writer.key("allowed")
        writer.boolean(isAllowed)
        rest(&writer)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func writeStatus(_ message: String, to writer: inout JSONWriter) {
        writer.key("status")
        writer.beginObject()
        writer.key("code")
        writer.integer(403)
        writer.key("reason")
        writer.string("Forbidden")
        writer.key("message")
        writer.string(message)
        writer.endObject()
    }

    /// However much is cut, the record can be found.
    private static func cut(_ message: String, recordID: String?) -> String {
        guard message.utf8.count > maximumMessageBytes else { return message }
        let ending = recordID.map { "… (cut here; the whole decision is audit record \($0))" } ?? "… (cut here)"
        return message.cut(toBytes: maximumMessageBytes - ending.utf8.count, ending: ending)
    }

    private static func writeWarnings(_ warnings: [String], recordID: String?, to writer: inout JSONWriter) {
        guard !warnings.isEmpty else { return }
        writer.key("warnings")
        writer.beginArray()
        let fits = warnings.count <= maximumWarnings
        for warning in warnings.prefix(fits ? maximumWarnings : maximumWarnings - 1) {
            writer.string(warning.onOneLine.cut(toCharacters: maximumWarningCharacters))
        }
        if !fits {
            let left = warnings.count - (maximumWarnings - 1)
            let place = recordID.map { " in audit record \($0)" } ?? ""
            writer.string("\(left) more warnings\(place)".cut(toCharacters: maximumWarningCharacters))
        }
        writer.endArray()
    }

    private static func writeAnnotations(_ annotations: [(key: String, value: String)], to writer: inout JSONWriter) {
        guard !annotations.isEmpty else { return }
        writer.key("auditAnnotations")
        writer.beginObject()
        for (key, value) in annotations.prefix(maximumAnnotations) {
            writer.key(text: key)
            writer.string(value.cut(toBytes: maximumAnnotationBytes))
        }
        writer.endObject()
    }
}

extension String {
    /// At most `limit` bytes of whole characters, and `ending` if anything was cut.
    func cut(toBytes limit: Int, ending: String = "…") -> String {
        guard utf8.count > limit else { return self }
        var end = startIndex
        var bytes = 0
        while end < endIndex {
            let next = index(after: end)
            bytes += utf8.distance(from: end, to: next)
            if bytes > limit { break }
            end = next
        }
        return self[..<end] + ending
    }

    /// At most `limit` characters, the last of them `…` if anything was cut.
    func cut(toCharacters limit: Int) -> String {
        guard let end = index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else { return self }
        return self[..<index(before: end)] + "…"
    }

    /// Warnings travel in a header, where the API server drops those with control characters.
    var onOneLine: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
