import OCI
import StrictJSON
import Testing

/// The tests of github.com/distribution/reference, which Docker, containerd and Kubernetes read references with.
///
/// Its familiar names (`nginx` for `docker.io/library/nginx`) are never made here, so they are not compared.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct DistributionReferenceTests {
    private static let globs = "globs over familiar names: patterns are those of docs/POLICY.md"

    @Test("references are read as distribution/reference reads them")
    func cases() async throws {
        try await ConformanceSuite("distribution-reference").run(notBuilt: [Self.globs: 4]) { test in
            let input = try #require(test.text("input"))
            do {
                return try judge(test, input)
            } catch let error as ReferenceError {
                return .refused("\(error)")
            } catch let error as DigestError {
                return .refused("\(error)")
            }
        }
    }

    private func judge(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        switch test.kind {
        case "ref-parse": return try parsed(test, input)
        case "ref-normalized": return try normalized(test, input)
        case "ref-any": return try any(test, input)
        case "ref-docker": return compare([(try docker(input), test.text("expected"))])
        case "ref-canonical": return try canonical(test, input)
        case "ref-domain": return compare([(try WrittenReference(parsing: "\(input)/a").domain, input)])
        case "ref-name": return try name(test, input)
        case "ref-regexp": return try wholeReference(test, input)
        case "ref-match": return .notBuilt(Self.globs)
        default: throw UnknownKind(kind: test.kind)
        }
    }

    /// `Parse`. The suite's own program knows SHA-256 alone.
    private func parsed(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        let reference = try WrittenReference(parsing: input, accepting: [.sha256])
        return compare([
            (reference.name, test.text("repository")), (reference.domain ?? "", test.text("domain") ?? ""),
            (reference.tag ?? "", test.text("tag") ?? ""),
            (reference.digest?.description ?? "", test.text("digest") ?? ""),
        ])
    }

    /// `ParseNormalizedNamed`
    private func normalized(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        let reference = try WrittenReference(parsing: input).normalized()
        return compare([
            (reference.name, test.text("full_name")), (reference.domain, test.text("domain")),
            (reference.path, test.text("path")), (whole(reference), test.text("full")),
        ])
    }

    /// `ParseAnyReference`: the name of an image, or the digest of one without its algorithm or with it.
    private func any(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        let digest = (try? Digest(parsing: input)) ?? (try? Digest(parsing: "sha256:\(input)"))
        let isDigest = String(test.parameters["is_digest_only"]?.boolean ?? false)
        if let digest {
            // A local image's identifier is no name: a gate that took it for one would judge another image.
            guard (try? ImageReference(parsing: input)) == nil || input.contains(":") else {
                return .refused("`\(input)` is read as a repository")
            }
            return compare([(digest.description, test.text("equivalent")), ("true", isDigest)])
        }
        let reference = try WrittenReference(parsing: input).normalized()
        return compare([(whole(reference), test.text("equivalent")), ("false", isDigest)])
    }

    /// `ParseDockerRef`: a tag is not kept beside a digest.
    private func docker(_ input: String) throws -> String {
        let reference = try ImageReference(parsing: input)
        let version = reference.digest.map { "@\($0)" } ?? reference.tag.map { ":\($0)" } ?? ""
        return "\(reference.repository)\(version)"
    }

    /// `ParseNamed`: only a name that is written as it is normalised.
    private func canonical(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        let reference = try WrittenReference(parsing: input).normalized()
        return compare([
            (whole(reference), input), (reference.domain, test.text("domain")), (reference.path, test.text("path")),
        ])
    }

    /// The grammar of a name, with its groups: domain and path.
    private func name(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        let reference = try WrittenReference(parsing: input)
        let groups = test.texts("groups")
        guard !groups.isEmpty else { return compare([(reference.name, input)]) }
        return compare([
            (reference.name, input), (reference.domain ?? "", groups[0]), (reference.path, groups[1]),
        ])
    }

    /// The grammar of a reference, with its groups: name, tag and digest.
    private func wholeReference(_ test: ConformanceCase, _ input: String) throws -> Verdict {
        let reference = try WrittenReference(parsing: input)
        let groups = test.texts("groups")
        guard !groups.isEmpty else { return compare([(whole(reference), input)]) }
        return compare([
            (reference.name, groups[0]), (reference.tag ?? "", groups[1]),
            (reference.digest?.description ?? "", groups[2]),
        ])
    }

    private func whole(_ reference: WrittenReference) -> String {
        let tag = reference.tag.map { ":\($0)" } ?? ""
        let digest = reference.digest.map { "@\($0)" } ?? ""
        return "\(reference.name)\(tag)\(digest)"
    }
}

/// A kind of case that a suite did not have when its test was written.
struct UnknownKind: Error, CustomStringConvertible {
    let kind: String
    var description: String { "no test knows how cases of the kind `\(kind)` are run" }
}

/// Accepted if every text that the suite states is the one that was found, byte for byte.
func compare(_ pairs: [(found: String?, stated: String?)]) -> Verdict {
    for (found, stated) in pairs {
        guard let stated, !(found ?? "").utf8.elementsEqual(stated.utf8) else { continue }
        return .refused("found `\(found ?? "")`, the suite says `\(stated)`")
    }
    return .accepted
}
