import OCI

@testable import PolicyEngine

/// The first line is an image, the second a pattern. An image prints to a text that reads as the same image, and the
/// pattern of its own repository fits it; what a pattern claims to fit, it fits.
enum ReferenceTarget {
    static func run(_ input: [UInt8]) {
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        let reference = String(decoding: lines[0], as: UTF8.self)
        check(reference: reference)
        guard lines.count > 1 else { return }
        check(pattern: String(decoding: lines[1], as: UTF8.self), with: try? ImageReference(parsing: reference))
    }

    private static func check(reference text: String) {
        let reference: ImageReference
        do throws(ReferenceError) {
            reference = try ImageReference(parsing: text)
        } catch {
            hold(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "an error is one line: \(error)")
            hold(error.description.utf8.count < 4_096, "an error is short")
            hold((try? ImageReference(parsing: text + " ")) == nil, "what is refused stays refused")
            return
        }
        let printed = reference.description
        hold(printed.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a reference is printable ASCII: \(printed)")
        guard let again = try? ImageReference(parsing: printed) else { return hold(false, "\(printed) is read") }
        hold(again == reference && again.description == printed, "parse(print(x)) == x: \(printed)")
        hold(reference.tag != nil || reference.digest != nil, "something names the content")
        if let digest = reference.digest {
            hold(text.hasSuffix("@\(digest)"), "the digest is the one that was written")
        }
        hold(reference.repository.path.utf8.count <= 255, "the limit of length holds")
        let repository = reference.repository.description
        hold((try? Repository(parsing: repository)) == reference.repository, "a repository reads back: \(repository)")
        // A number that is no port belongs to a registry that cannot be reached.
        guard (reference.repository.port ?? 443) < 100_000 else { return }
        guard let own = try? ImagePattern(repository) else { return hold(false, "\(repository) is a pattern") }
        hold(
            own.match(subject(of: reference)) == .matches,
            "the own pattern fits \(printed)")
    }

    private static func check(pattern text: String, with reference: ImageReference?) {
        let pattern: ImagePattern
        do throws(PatternError) {
            pattern = try ImagePattern(text)
        } catch {
            hold((try? ImagePattern(text + " ")) == nil, "what is refused stays refused")
            return
        }
        hold(pattern.description.utf8.elementsEqual(text.utf8), "a pattern is shown as it was written")
        if pattern.digest == nil { fits(pattern.example, pattern) }
        for stranger in pattern.strangers { fits(stranger.image, pattern) }
        guard let reference else { return }
        let subject = subject(of: reference)
        let match = pattern.match(subject)
        if match != .doesNotMatch { hold(pattern.repositoryMatches(subject), "a match is one of the repository") }
        if match == .matches, pattern.dependsOnTag {
            hold(reference.digest == nil, "a tag beside a digest never counts")
        }
    }

    private static func fits(_ image: String, _ pattern: ImagePattern) {
        // Of a pattern near the longest that a reference may be, what stands for a wildcard is too long. Lint shows nothing.
        guard image.utf8.count <= 255 else { return }
        guard let reference = try? ImageReference(parsing: image) else {
            return hold(false, "`\(image)` is an image, as \(pattern) claims")
        }
        let match = pattern.match(subject(of: reference))
        hold(pattern.variables.isEmpty ? match == .matches : match != .doesNotMatch, "\(pattern) fits `\(image)`")
    }

    /// In a namespace that may be any.
    private static func subject(of reference: ImageReference) -> PatternSubject {
        PatternSubject(
            MatchableReference(reference), of: RequestFacts(source: .kubernetes, namespace: .unknown), resolved: nil)
    }
}
