import OCI
import Testing

/// The tests of the package `name` of github.com/google/go-containerregistry, which cosign reads references with.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct GGCRNameTests {
    @Test("references are read as go-containerregistry reads them")
    func cases() async throws {
        try await ConformanceSuite("ggcr-name").run { test in
            let input = try #require(test.text("input"))
            do throws(ReferenceError) {
                // What has to be refused under both is tried with the one that refuses less.
                guard test.text("validation") == "strict" else { return try read(test, input) }
                return try isWhole(test, input) ? try read(test, input) : .refused("something is left to defaults")
            } catch {
                return .refused("\(error)")
            }
        }
    }

    private func read(_ test: ConformanceCase, _ input: String) throws(ReferenceError) -> Verdict {
        switch test.kind {
        case "ggcr-registry":
            // No registry is the default one.
            guard !input.isEmpty else { return .accepted }
            let name = "\(input)/team/app"
            _ = try Repository(parsing: name)
            return compare([(try WrittenReference(parsing: name).domain, input)])
        case "ggcr-repository":
            _ = try Repository(parsing: input)
            return .accepted
        case "ggcr-tag":
            let reference = try ImageReference(parsing: input)
            return reference.tag == nil || reference.digest != nil ? .refused("it has no tag, or a digest") : .accepted
        case "ggcr-digest":
            return try ImageReference(parsing: input).digest == nil ? .refused("it has no digest") : .accepted
        default:
            return .notBuilt("\(UnknownKind(kind: test.kind))")
        }
    }

    /// Whether registry, `library/` and tag are all written: what "strict" asks for.
    private func isWhole(_ test: ConformanceCase, _ input: String) throws(ReferenceError) -> Bool {
        guard test.kind != "ggcr-registry" else { return !input.isEmpty }
        let written = try WrittenReference(parsing: input)
        let normalized = try written.normalized()
        let hub = ["docker.io", "index.docker.io"]
        let isDomainWritten = written.domain == normalized.domain || hub.contains(written.domain ?? "")
        guard isDomainWritten, written.path == normalized.path else { return false }
        return test.kind != "ggcr-tag" || written.tag != nil
    }
}
