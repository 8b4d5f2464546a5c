import Cryptography
import Sigstore
import StrictJSON
import TUF
import Testing
import Timestamp

/// The repository from which sigstore distributes what its clients trust, with all roots it ever had.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SigstoreRootSigningTests {
    @Test("every root of sigstore vouches for the next, and none for the one after that")
    func cases() async throws {
        try await ConformanceSuite("sigstore-root-signing").run { test in
            switch test.kind {
            case "tuf-root-chain": try followRoots(test)
            case "tuf-repository": try followRepository(test)
            case "trusted-root-parse": try readTrustedRoot(test)
            default: throw UnknownKind(kind: test.kind)
            }
        }
    }

    /// Each root is given for the one that follows what was reached, whatever its version.
    private func followRoots(_ test: ConformanceCase) throws -> Verdict {
        let paths = try #require(test.inputs["roots"]).elements.compactMap(\.string)
        var roots = try paths.map { try test.file(named: $0) }[...]
        let pinned = roots.popFirst()
        let first = try #require(pinned)
        // All of them have expired by now, and some had by the next.
        let time = try Instant(rfc3339: "2021-06-18T00:00:00Z")
        var update = TUFUpdate(pinnedRoot: first, remembered: [], targets: [], startingAt: time)
        var step = update.next()
        while case .fetch(let request) = step, request.path != "timestamp.json" {
            step = update.next(roots.popFirst().map { .found($0) } ?? .absent)
        }
        guard case .fetch = step else { return try #require(step.outcome).verdict }
        let end = try #require(test.parameters["end"]?.integer)
        let isReached = update.files.contains { $0.name == "root_history/\(end).root.json" }
        return isReached ? .accepted : .refused("root \(end) is not reached")
    }

    /// All files that the case names, from the oldest root on.
    private func followRepository(_ test: ConformanceCase) throws -> Verdict {
        var mirror = RepositoryMirror()
        var roots: [(version: Int, bytes: [UInt8])] = []
        var targets: [String] = []
        for path in paths(in: test.inputs) {
            let name = String(try #require(path.split(separator: "/").last))
            let bytes = try test.file(named: path)
            if path.contains("targets/") {
                targets.append(name)
                for hash in [SHA2.sha256(bytes), SHA2.sha512(bytes)] {
                    mirror.files["targets/\(hash.hexadecimal).\(name)"] = bytes
                }
            } else {
                mirror.files[name] = bytes
            }
            guard name.hasSuffix("root.json") else { continue }
            let version = try JSONDocument(parsing: bytes).root["signed"]?["version"]?.integer
            roots.append((try #require(version), bytes))
        }
        let pinned = try #require(roots.min { $0.version < $1.version })
        var update = TUFUpdate(
            pinnedRoot: pinned.bytes, remembered: [], targets: targets,
            startingAt: try Instant(rfc3339: try #require(test.text("now"))))
        guard case .finished(let outcome) = mirror.answer(&update) else { return .refused("no end") }
        return outcome.verdict
    }

    /// All instances of it, as many as the case says.
    private func readTrustedRoot(_ test: ConformanceCase) throws -> Verdict {
        let bytes = try test.file("trusted_root")
        let root: SigstoreTrustedRoot
        do throws(FormatError) { root = try SigstoreTrustedRoot(parsing: bytes) } catch {
            return .refused(error.description)
        }
        #expect(root.logs.count == test.parameters["tlogs"]?.integer)
        #expect(root.authorities.count == test.parameters["certificateAuthorities"]?.integer)
        #expect(root.certificateLogs.count == test.parameters["ctlogs"]?.integer)
        #expect(root.timestampAuthorities.count == test.parameters["timestampAuthorities"]?.integer)
        return .accepted
    }

    private func paths(in value: JSONValue) -> [String] {
        [value.string].compactMap { $0 } + value.members.flatMap { paths(in: $0.value) }
            + value.elements.flatMap { paths(in: $0) }
    }
}

extension TUFStep {
    fileprivate var outcome: TUFOutcome? {
        if case .finished(let outcome) = self { outcome } else { nil }
    }
}
