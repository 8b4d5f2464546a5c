import OCI
import StrictJSON
import Trust

/// An image with everything that hangs on it.
struct ArtifactTree: Sendable {
    private let reference: ImageReference
    private let image: Artifact
    /// What could not be looked at.
    private let unseen: [Refusal]
    /// Where the registry gave what cannot be.
    private let violations: [Refusal]
    /// How many manifests were not followed, there being too many.
    private let leftOut: Int

    /// - Parameter repository: where what hangs on it is looked for.
    init(
        of reference: ImageReference, in repository: Repository, asking questions: RegistryQuestions
    ) async throws {
        self.reference = reference
        let name: Locator.ManifestName = reference.digest.map { .digest($0) } ?? .tag(reference.tag ?? "latest")
        let content: Fetched.Content
        switch await questions.fetch(.manifest(reference.repository, name)) {
        case .found(let found): content = found
        case .absent: throw UsageError("there is no `\(reference)` in its registry")
        case .violated(let refusal): throw RefusedInput(refusal.sentence, at: reference.description)
        case .undetermined(let refusal):
            StandardError.write("error: `\(reference)`: \(refusal.sentence)".printable)
            throw Outcome.undetermined
        }
        var search = ArtifactSearch(in: repository, asking: questions)
        do throws(ManifestError) {
            image = try await search.image(content, of: reference.repository)
        } catch {
            throw RefusedInput("\(error)", at: reference.description)
        }
        (unseen, violations, leftOut) = (search.unseen, search.violations, search.leftOut)
    }

    /// Nil if everything was looked at.
    var outcome: Outcome? {
        guard unseen.isEmpty, leftOut == 0 else { return .undetermined }
        return violations.isEmpty ? nil : .denied
    }

    var text: String {
        let problems =
            unseen.map { "could not be looked at: \($0.sentence)" } + violations.map { "refused: \($0.sentence)" }
        let nothing =
            image.artifacts.isEmpty && image.holdings.isEmpty && problems.isEmpty ? ["  nothing hangs on it"] : []
        let more =
            leftOut == 0
            ? [] : ["", "\(leftOut) more were not looked at: more than \(ArtifactSearch.maximumManifests)"]
        let lines =
            image.lines() + nothing + more + problems.map { $0.printable } + [
                "", "Nothing of this was verified: it is what the artifacts say of themselves.",
            ]
        return lines.map { $0 + "\n" }.joined()
    }

    var json: String {
        var writer = JSONWriter(reservingCapacity: 8_192)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("reference", reference.description)
        writer.member("verified", false)
        image.write(to: &writer)
        writer.member("leftOut", leftOut)
        writer.objects("notSeen", unseen + violations) { refusal, writer in
            writer.member("reason", refusal.reason.rawValue)
            writer.member("found", refusal.found)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
