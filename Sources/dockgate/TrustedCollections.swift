import ContentTrust
import Cryptography
import State
import StrictJSON
import Synchronization
import Trust

/// What a gate has verified of the trusted collections of notary servers: at hand for whoever judges, and in one file of
/// the state directory for the next start, so that no server can go back to older trust data that has not expired.
///
/// What was verified after the file was written last is lost with the process: the next one then believes what was current
/// half a minute before. What there is no room for is forgotten, and of that what was verified longest ago goes first.
final class TrustedCollections: ContentTrustMemory {
    /// Far above what the images of one cluster come from.
    static let maximumCollections = 4_096
    /// What all of it may take in memory. A repository with a hundred tags takes some 50 KiB.
    static let maximumMemory = 64 << 20
    /// All of it as it is written: documents take a third more than in memory.
    static let maximumBytes = 96 << 20

    private let file: StateFile?
    private let contents: Mutex<Contents>

    /// - Parameters:
    ///   - state: nil remembers as long as this lives.
    ///   - unusable: is told, as the end of a sentence that begins with the file, why what was kept does not count.
    init(in state: StateDirectory?, unusable: (String) -> Void) {
        file = state?.file("trusted-collections", version: 1, maximumBytes: TrustedCollections.maximumBytes)
        var contents = Contents()
        switch file?.load() {
        case nil, .absent: break
        case .unusable(let reason): unusable(reason)
        case .kept(let bytes):
            if let decoded = Contents(decoding: bytes) { contents = decoded } else { unusable("is malformed") }
        }
        self.contents = Mutex(contents)
    }

    func known(_ collection: TrustCollection, pin: [UInt8]) -> KnownCollection {
        contents.withLock { $0[Key(collection, pin)] } ?? KnownCollection()
    }

    func learn(_ known: KnownCollection, of collection: TrustCollection, pin: [UInt8]) {
        contents.withLock { $0.learn(known, of: Key(collection, pin)) }
    }

    /// Writes what has changed. It waits for the disk; one call at a time. After an error the next call tries again.
    func keep() throws(StateError) {
        guard let file, let changed = contents.withLock({ $0.takeChanges() }) else { return }
        do throws(StateError) { try file.keep(changed.encoded) } catch {
            contents.withLock { $0.hasChanged = true }
            throw error
        }
    }
}

/// A collection under one trust in roots: another trust knows nothing of it.
private struct Key: Hashable {
    let server: String
    let name: String
    let pin: [UInt8]

    init(_ collection: TrustCollection, _ pin: [UInt8]) {
        (server, name, self.pin) = (collection.server, collection.name, pin)
    }

    init(server: String, name: String, pin: [UInt8]) {
        (self.server, self.name, self.pin) = (server, name, pin)
    }
}

private struct Contents {
    private var entries: [Key: Entry] = [:]
    private var size = 0
    /// Counts what was learnt.
    private var turn = 0
    var hasChanged = false

    private struct Entry {
        let known: KnownCollection
        /// When it was learnt last.
        var turn: Int
    }

    init() {}

    subscript(key: Key) -> KnownCollection? { entries[key]?.known }

    mutating func learn(_ learnt: KnownCollection, of key: Key) {
        turn += 1
        guard let former = entries[key]?.known else { return put(learnt, at: key) }
        let both = former.merging(learnt)
        if both == former { entries[key]?.turn = turn } else { put(both, at: key) }
    }

    private mutating func put(_ known: KnownCollection, at key: Key) {
        size += known.size - (entries[key]?.known.size ?? 0)
        entries[key] = Entry(known: known, turn: turn)
        hasChanged = true
        while entries.count > TrustedCollections.maximumCollections
            || size > TrustedCollections.maximumMemory && entries.count > 1
        {
            guard let oldest = entries.min(by: { $0.value.turn < $1.value.turn }) else { return }
            size -= oldest.value.known.size
            entries[oldest.key] = nil
        }
    }

    mutating func takeChanges() -> Contents? {
        guard hasChanged else { return nil }
        hasChanged = false
        return self
    }
}

// MARK: - As bytes

extension Contents {
    /// `{"collections":[{"server":…,"name":…,"pin":Base64,"known":"…"},…]}`, what was verified longest ago first.
    var encoded: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("collections")
        json.beginArray()
        for (key, known) in written {
            json.beginObject()
            json.member("server", key.server)
            json.member("name", key.name)
            json.member("pin", Base64.encode(key.pin))
            json.member("known", known)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// As much as there is room for.
    private var written: [(key: Key, known: String)] {
        var written: [(Key, String)] = []
        var bytes = 0
        for (key, entry) in entries.sorted(by: { $0.value.turn > $1.value.turn }) {
            let known = String(decoding: entry.known.bytes, as: UTF8.self)
            // Its quotes are escaped; beside it stand the names.
            bytes += known.utf8.count * 9 / 8 + 2_048
            guard bytes <= TrustedCollections.maximumBytes else { break }
            written.append((key, known))
        }
        return written.reversed()
    }

    /// Nil for anything else than what `encoded` gives.
    init?(decoding bytes: ArraySlice<UInt8>) {
        let limits = JSONLimits(
            maximumBytes: TrustedCollections.maximumBytes, maximumStringBytes: TrustedCollections.maximumBytes)
        guard let document = try? JSONDocument(parsing: Array(bytes), limits: limits).root,
            let collections = document["collections"]
        else { return nil }
        for collection in collections.elements {
            guard let server = collection["server"]?.string, let name = collection["name"]?.string,
                let pin = collection["pin"]?.string.flatMap({ Base64.decode($0.utf8) }),
                let text = collection["known"]?.stringUTF8, let known = try? KnownCollection(parsing: text)
            else { return nil }
            learn(known, of: Key(server: server, name: name, pin: pin))
        }
        hasChanged = false
    }
}
