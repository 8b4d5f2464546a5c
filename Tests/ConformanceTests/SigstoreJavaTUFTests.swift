import StrictJSON
import TUF
import Testing
import Timestamp

/// The repositories with which sigstore-java tests its own client.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SigstoreJavaTUFTests {
    @Test("repositories are followed and refused as sigstore-java says, for the reason that it names")
    func cases() async throws {
        try await ConformanceSuite("sigstore-java-tuf").run { test in
            var mirror = RepositoryMirror()
            for path in test.inputs["mirror"].map({ $0.elements.compactMap(\.string) }) ?? [] {
                let name = path.contains("/targets/") ? "targets/\(last(path))" : last(path)
                mirror.files[name] = try test.file(named: path)
            }
            let operations = test.texts("operations")
            var update = TUFUpdate(
                pinnedRoot: try test.file("trusted_root"), remembered: try remembered(test),
                targets: operations.filter { $0.hasPrefix("download:") }.map {
                    String($0.dropFirst("download:".count))
                },
                startingAt: try Instant(rfc3339: try #require(test.text("now"))))
            let end = mirror.answer(&update) { request in isBeyond(operations, request) }
            guard case .finished(let outcome) = end else { return .accepted }
            if case .refused(let error) = outcome { try expect(error, because: test.why) }
            return outcome.verdict
        }
    }

    /// Whether all that the operations are about is done when this is asked for.
    private func isBeyond(_ operations: [String], _ request: TUFRequest) -> Bool {
        switch operations.last {
        case "update-root": request.path == "timestamp.json"
        case "update-timestamp": request.path.hasSuffix("snapshot.json")
        case "update-snapshot": request.path.hasSuffix("targets.json")
        default: false
        }
    }

    private func remembered(_ test: ConformanceCase) throws -> [TUFFile] {
        try test.inputs["local"].map {
            try $0.elements.compactMap(\.string).map { path in
                let name = last(path)
                let bytes = try test.file(named: path)
                guard name.hasSuffix("root.json") else {
                    return TUFFile(
                        name: String(try #require(name.split(separator: ".", maxSplits: 1).last)), bytes: bytes)
                }
                return TUFFile(name: "root_history/\(name)", bytes: bytes)
            }
        } ?? []
    }

    private func last(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// The exceptions of sigstore-java, in our words. Its snapshot that lists the targets no more also has another length
    /// than the timestamp says, which shows first.
    private func expect(_ error: TUFError, because why: String) throws {
        switch (why.split(separator: " ").first, error.reason) {
        case ("SignatureVerificationException", .tooFewSignatures), ("RoleExpiredException", .expired),
            ("FileExceedsMaxLengthException", .malformed), ("FileNotFoundException", .absent),
            ("InvalidHashesException", .otherHash), ("InvalidHashesException", .tooLarge),
            ("InvalidHashesException", .otherLength), ("SnapshotTargetMissingException", .otherLength):
            break
        default: Issue.record("\(why): \(error)")
        }
    }
}
