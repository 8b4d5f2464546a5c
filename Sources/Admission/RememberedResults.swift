import OCI
import PolicyEngine
public import State
import StrictJSON
public import Timestamp
import Trust

/// `LastKnownGood` on disk, so that it survives a restart: one JSON object,
///
///     {"results":[{"check":"sha256:…","repository":"…","digest":"sha256:…","passed":TIME,"until":TIME},…]}
///
/// A pass that is not kept is a refusal after a restart, so passes may be kept late. What ended must not come back, so
/// that is kept at once; and if it cannot be, the file is taken away, which needs no space.
public struct RememberedResults: Sendable {
    private let file: StateFile
    private let memory: LastKnownGood

    /// Far above sixteen thousand results with names of ordinary length.
    private static let maximumBytes = 16 << 20

    /// Of what was kept before, if anything was and counts, `memory` knows from now on.
    ///
    /// - Parameter lost: told why what was kept does not count, as the end of a sentence that begins with it.
    public init(_ memory: LastKnownGood, in state: StateDirectory, at now: Instant, lost: (String) -> Void) {
        self.memory = memory
        file = state.file("last-known-good", version: 1, maximumBytes: RememberedResults.maximumBytes)
        switch file.load() {
        case .absent: break
        case .unusable(let reason): lost(reason)
        case .kept(let bytes):
            if let entries = RememberedResults.decode(bytes) {
                memory.restore(entries.filter { now < $0.entry.until })
            } else {
                lost("is malformed")
            }
        }
    }

    /// Yields when something is to be kept at once.
    public var isUrgent: AsyncStream<Void> { memory.endings }

    /// Keeps what has changed. It waits for the disk; not for event loops, and one call at a time. After an error what was
    /// not kept is tried again by the next call.
    public func keep(at now: Instant) throws(StateError) {
        let changes = memory.takeChanges()
        guard changes.any else { return }
        do throws(StateError) {
            try file.keep(RememberedResults.encode(memory.entries(at: now)))
        } catch {
            memory.putBack(changes)
            if changes.endings { try file.forget() }
            throw error
        }
    }

    // MARK: - The format

    private typealias Entries = [(image: CheckedImage, entry: LastKnownGood.Entry)]

    private static func encode(_ entries: Entries) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 512 + 384 * entries.count)
        json.beginObject()
        json.key("results")
        json.beginArray()
        for (image, entry) in entries {
            json.beginObject()
            json.member("check", image.check.description)
            json.member("repository", image.subject.repository.description)
            json.member("digest", image.subject.digest.description)
            json.member("passed", entry.at.rfc3339)
            json.member("until", entry.until.rfc3339)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// Nil if anything in it is not what is written.
    private static func decode(_ bytes: ArraySlice<UInt8>) -> Entries? {
        let limits = JSONLimits(maximumBytes: maximumBytes)
        guard let results = try? JSONDocument(parsing: Array(bytes), limits: limits).root["results"],
            results.kind == .array
        else { return nil }
        var entries: Entries = []
        for result in results.elements {
            guard let entry = decode(result) else { return nil }
            entries.append(entry)
        }
        return entries
    }

    private static func decode(_ result: JSONValue) -> Entries.Element? {
        func time(_ text: String?) -> Instant? { text.flatMap { try? Instant(rfc3339: $0) } }
        func digest(_ text: String?) -> Digest? { text.flatMap { try? Digest(parsing: $0) } }
        guard let check = digest(result["check"]?.string), let digest = digest(result["digest"]?.string),
            let repository = result["repository"]?.string.flatMap({ try? Repository(parsing: $0) }),
            let passed = time(result["passed"]?.string), let until = time(result["until"]?.string)
        else { return nil }
        let image = CheckedImage(subject: Subject(repository: repository, digest: digest), check: check)
        return (image, LastKnownGood.Entry(at: passed, until: until, hasPassed: true))
    }
}
