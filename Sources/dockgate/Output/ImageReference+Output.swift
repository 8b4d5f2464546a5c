import OCI
import StrictJSON

extension ImageReference {
    /// The parts by which it is matched and compared.
    var facts: Facts {
        var facts = Facts()
        facts.add("reference", description)
        facts.add("registry", repository.domain)
        facts.add("repository", repository.path)
        facts.add("tag", tag.map { $0 + (isTagWritten ? "" : "  (none is written)") })
        facts.add("digest", digest.map { $0.description + (tag == nil ? "" : "  (decides; the tag is information)") })
        return facts
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("reference", description)
        writer.member("registry", repository.domain)
        writer.member("repository", repository.path)
        if let tag { writer.member("tag", tag) }
        if let digest { writer.member("digest", digest.description) }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Without one, `latest` is meant.
    private var isTagWritten: Bool {
        do { return try WrittenReference(parsing: original).tag != nil } catch { return false }
    }
}
