import PolicyEngine
import StrictJSON
import Timestamp

extension CheckReport {
    /// `dockgate.dev/output/v1`: one object for programs.
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("allowed", outcome == .allowed)
        if let server { writer.member("server", server) }
        writer.key("images")
        writer.beginArray()
        for image in images {
            writer.beginObject()
            image.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }

    /// A line for each image: the same object as in `json`, with the version in it.
    var jsonLines: String {
        images.map { image in
            var writer = JSONWriter(reservingCapacity: 1_024)
            writer.beginObject()
            writer.member("apiVersion", OutputOptions.apiVersion)
            if let server { writer.member("server", server) }
            image.write(to: &writer)
            writer.endObject()
            return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
        }.joined()
    }
}

extension ReportedImage {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("image", name)
        if let place { writer.member("place", place.description) }
        writer.member("path", path)
        if let object { writer.member("object", object) }
        if let canonical { writer.member("canonical", canonical) }
        if let digest { writer.member("digest", digest) }
        writer.member("allowed", isAllowed)
        writer.member("undetermined", isUndetermined)
        if let exemption { writer.member("exemption", exemption.name) }
        if let reason { writer.member("reason", reason) }
        if let recordID { writer.member("record", recordID) }
        writer.key("findings")
        writer.beginArray()
        for finding in findings { finding.write(to: &writer) }
        writer.endArray()
    }
}

extension ReportedFinding {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let policy { writer.member("policy", policy) }
        if let check { writer.member("check", check) }
        if let enforcement { writer.member("enforcement", enforcement) }
        writer.member("outcome", outcome)
        if let reason { writer.member("reason", reason) }
        if let message { writer.member("message", message) }
        if let found { writer.member("found", found) }
        if let expected { writer.member("expected", expected) }
        if let cure { writer.member("cure", cure) }
        if let relief { writer.relief(relief, age: reliefAge) }
        writer.endObject()
    }
}

extension JSONWriter {
    /// As the audit log has it.
    fileprivate mutating func relief(_ relief: Relief, age: Duration?) {
        key("relief")
        beginObject()
        member("kind", relief.word)
        switch relief {
        case .exception(let name, let expires):
            member("name", name)
            member("expires", expires.rfc3339)
        case .lastKnownGood(let since): member("since", since.rfc3339)
        case .alreadyAdmitted(let since, let until):
            member("since", since.rfc3339)
            member("until", until.rfc3339)
        }
        if let age { member("ageSeconds", Int(age.components.seconds)) }
        endObject()
    }
}
