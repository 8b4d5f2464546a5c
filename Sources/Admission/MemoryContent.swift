import OCI
import PolicyEngine
import StrictJSON
import Timestamp
import Trust

/// What the file holds in which a gate's memory is kept: one JSON object,
///
///     {"results":[{"check":"sha256:…","repository":"…","digest":"sha256:…","passed":TIME,"until":TIME},…],
///      "admissions":[{"check":"sha256:…","namespace":"…","digest":"sha256:…","admitted":TIME},…]}
///
/// of which an admission of what fails since then has also `failed` and `until`.
struct MemoryContent {
    typealias Results = [(key: CheckedImage, value: LastKnownGood.Entry)]
    typealias Admissions = [(key: AdmittedImage, value: EarlierAdmissions.Entry)]

    let results: Results
    let admissions: Admissions

    init(results: Results, admissions: Admissions) {
        self.results = results
        self.admissions = admissions
    }

    var bytes: [UInt8] {
        var json = JSONWriter(reservingCapacity: 512 + 384 * (results.count + admissions.count))
        json.beginObject()
        json.key("results")
        json.beginArray()
        for (image, entry) in results { MemoryContent.write(image, entry, to: &json) }
        json.endArray()
        json.key("admissions")
        json.beginArray()
        for (image, entry) in admissions { MemoryContent.write(image, entry, to: &json) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func write(_ image: CheckedImage, _ entry: LastKnownGood.Entry, to json: inout JSONWriter) {
        json.beginObject()
        json.member("check", image.check.description)
        json.member("repository", image.subject.repository.description)
        json.member("digest", image.subject.digest.description)
        json.member("passed", entry.at.rfc3339)
        json.member("until", entry.until.rfc3339)
        json.endObject()
    }

    private static func write(_ image: AdmittedImage, _ entry: EarlierAdmissions.Entry, to json: inout JSONWriter) {
        json.beginObject()
        json.member("check", image.check.description)
        json.member("namespace", String(decoding: image.namespace, as: UTF8.self))
        json.member("digest", image.digest.description)
        json.member("admitted", entry.admitted.rfc3339)
        if let failing = entry.failing {
            json.member("failed", failing.since.rfc3339)
            json.member("until", failing.until.rfc3339)
        }
        json.endObject()
    }

    // MARK: - Reading

    /// Nil if anything in it is not what is written.
    init?(parsing bytes: ArraySlice<UInt8>) {
        let limits = JSONLimits(maximumBytes: RememberedResults.maximumBytes)
        guard let root = try? JSONDocument(parsing: Array(bytes), limits: limits).root,
            let results = MemoryContent.all(root["results"], MemoryContent.result),
            let admissions = MemoryContent.all(root["admissions"], MemoryContent.admission)
        else { return nil }
        self.init(results: results, admissions: admissions)
    }

    private static func all<Element>(_ list: JSONValue?, _ read: (JSONValue) -> Element?) -> [Element]? {
        guard let list, list.kind == .array else { return nil }
        var elements: [Element] = []
        for value in list.elements {
            guard let element = read(value) else { return nil }
            elements.append(element)
        }
        return elements
    }

    private static func result(_ value: JSONValue) -> Results.Element? {
        guard let check = digest(value["check"]), let digest = digest(value["digest"]),
            let repository = value["repository"]?.string.flatMap({ try? Repository(parsing: $0) }),
            let passed = time(value["passed"]), let until = time(value["until"])
        else { return nil }
        let image = CheckedImage(subject: Subject(repository: repository, digest: digest), check: check)
        return (image, LastKnownGood.Entry(at: passed, until: until, hasPassed: true))
    }

    private static func admission(_ value: JSONValue) -> Admissions.Element? {
        guard let check = digest(value["check"]), let digest = digest(value["digest"]),
            let namespace = value["namespace"]?.string, let admitted = time(value["admitted"])
        else { return nil }
        let image = AdmittedImage(namespace: namespace, digest: digest, check: check)
        // One that begins and does not end is not what is written.
        guard value["failed"] != nil || value["until"] != nil else {
            return (image, EarlierAdmissions.Entry(admitted: admitted, failing: nil))
        }
        guard let since = time(value["failed"]), let until = time(value["until"]) else { return nil }
        return (image, EarlierAdmissions.Entry(admitted: admitted, failing: (since, until)))
    }

    private static func time(_ value: JSONValue?) -> Instant? {
        value?.string.flatMap { try? Instant(rfc3339: $0) }
    }

    private static func digest(_ value: JSONValue?) -> Digest? {
        value?.string.flatMap { try? Digest(parsing: $0) }
    }
}
