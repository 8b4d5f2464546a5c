import Foundation
import StrictJSON
import TUF
import Testing
import Timestamp

/// tuf-conformance: repositories of which each step was recorded, with what a client has to say and to keep.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct TUFConformanceTests {
    @Test("S48: repositories are followed and refused as tuf-conformance says, with the versions that it names")
    func cases() async throws {
        try await ConformanceSuite("tuf-conformance").run { test in
            test.kind == "tuf-static" ? try followStatic(test) : try followSteps(test)
        }
    }

    /// A repository that lies there, of which one target is wanted.
    private func followStatic(_ test: ConformanceCase) throws -> Verdict {
        let folder = try #require(test.inputs["repository"]?.string)
        var mirror = RepositoryMirror()
        for name in try test.files(in: "\(folder)/metadata") {
            mirror.files[name] = try test.file(named: "\(folder)/metadata/\(name)")
        }
        let target = try #require(test.text("target"))
        let parent = target.split(separator: "/").dropLast().joined(separator: "/")
        for name in try test.files(in: "\(folder)/targets/\(parent)") {
            mirror.files["targets/\(parent)/\(name)"] = try test.file(named: "\(folder)/targets/\(parent)/\(name)")
        }
        var update = TUFUpdate(
            pinnedRoot: try test.file(named: "\(folder)/initial_root.json"), remembered: [], targets: [target],
            startingAt: try time(try #require(test.text("fake_time"))))
        guard case .finished(let outcome) = mirror.answer(&update) else { return .refused("no end") }
        return outcome.verdict
    }

    private func followSteps(_ test: ConformanceCase) throws -> Verdict {
        var client = Client()
        var refusal: String?
        for (number, step) in try #require(test.parameters["steps"]).elements.enumerated() {
            if step["op"]?.isString("init") == true {
                client.root = try test.file(named: try #require(step["root"]?.string))
                continue
            }
            let now = try time(try #require(step["fake_time"]?.string ?? test.text("now")))
            let refused = try client.run(step, of: test, at: now)
            let isRefused = step["rc"]?.integer != 0
            guard (refused != nil) == isRefused else {
                throw StepError(step: number, problem: refused ?? "passed, and should not have")
            }
            refusal = refused ?? refusal
            guard let expected = step["trusted"], expected.kind == .array else { continue }
            let versions = try versions(expected)
            guard client.versions == versions else {
                throw StepError(step: number, problem: "keeps \(client.versions), not \(versions)")
            }
        }
        if let refusal, let reason = Self.reasons.first(where: { test.name.contains($0.name) })?.reason {
            #expect(refusal.contains(reason), "\(test.name)")
        }
        return refusal.map { .refused($0) } ?? .accepted
    }

    /// Why the last step that is refused is refused, by what the name of the case says.
    private static let reasons: [(name: String, reason: String)] = [
        ("delegation_not_in_snapshot", "the snapshot does not list it"),
        ("duplicate_keys", "names a key that was named before"), ("duplicate_sig_keyids", "twice"),
        ("graph_traversal", "no role that may speak"), ("targetfile_search", "no role that may speak"),
        ("implicit_refresh", "no role that may speak"), ("unusual_role_name", "no role that may speak"),
        ("incorrect_metadata_type", "found metadata of type"), ("invalid_initial_root", "`$.signed.version`"),
        ("keytype_and_scheme", "found valid signatures by"), ("root_rotation", "found valid signatures by"),
        ("meet_threshold", "found valid signatures by"), ("unsigned", "found valid signatures by"),
        ("rollback", "which is older than"), ("expired", "expired at"), ("hash_mismatch", "found other bytes"),
        ("version_mismatch[root]", "found version 3, expected 2"), ("version_mismatch[targets]", "has no such file"),
    ]

    private func versions(_ list: JSONValue) throws -> [String: Int] {
        var versions: [String: Int] = [:]
        for pair in list.elements.map({ Array($0.elements) }) {
            versions[try #require(pair.first?.string)] = try #require(pair.last?.integer)
        }
        return versions
    }

    /// `2036-01-01 00:02:00`, perhaps with an offset.
    private func time(_ text: String) throws -> Instant {
        let time = text.replacingOccurrences(of: " ", with: "T")
        return try Instant(rfc3339: time.hasSuffix("+00:00") ? time : time + "Z")
    }
}

private struct StepError: Error {
    let step: Int
    let problem: String
}

/// A client as the suite sees it: it begins with the root that it was given, and goes on with the root that it has reached.
private struct Client {
    var root: [UInt8] = []
    private var files: [TUFFile] = []

    /// Why the step is refused; nil if it is not.
    mutating func run(_ step: JSONValue, of test: ConformanceCase, at now: Instant) throws -> String? {
        var mirror = RepositoryMirror()
        for (path, file) in step["repo"].map({ Array($0.members) }) ?? [] {
            let name = path.hasPrefix("metadata/") ? String(path.dropFirst("metadata/".count)) : path
            mirror.files[name] = try test.file(named: try #require(file.string))
        }
        let targets = step["targets"]?.elements.compactMap(\.string) ?? []
        var update = TUFUpdate(pinnedRoot: root, remembered: files, targets: targets, startingAt: now)
        guard case .finished(let outcome) = mirror.answer(&update) else { return "no end" }
        let roots = update.files.filter { $0.name.hasPrefix("root_history/") }
        root = roots.max { (version(of: $0.bytes) ?? 0) < (version(of: $1.bytes) ?? 0) }?.bytes ?? root
        files = update.files.filter { !$0.name.hasPrefix("root_history/") }
        guard case .refused(let reason) = outcome.verdict else { return nil }
        return reason
    }

    /// Of the root, and of all metadata that is kept.
    var versions: [String: Int] {
        var versions = ["root": version(of: root) ?? 0]
        for file in files where !file.name.hasPrefix("targets/") {
            versions[String(file.name.dropLast(".json".count))] = version(of: file.bytes)
        }
        return versions
    }

    private func version(of metadata: [UInt8]) -> Int? {
        (try? JSONDocument(parsing: metadata))?.root["signed"]?["version"]?.integer
    }
}
