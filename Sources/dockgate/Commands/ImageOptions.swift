import ArgumentParser
import OCI

/// An image, and where what is said about it lies.
struct ImageOptions: ParsableArguments {
    @Argument(help: "An image reference.")
    var image: String

    @Option(
        help: ArgumentHelp(
            "The repository that holds the signatures, if they are not beside the image; COSIGN_REPOSITORY says so too.",
            valueName: "repository"))
    var signatureRepository: String?

    func reference() throws(UsageError) -> ImageReference {
        do throws(ReferenceError) { return try ImageReference(parsing: image) } catch { throw UsageError("\(error)") }
    }

    /// Nil if it lies beside the image.
    func repository() throws(UsageError) -> Repository? {
        if let signatureRepository {
            return try ImageOptions.repository(signatureRepository, of: "--signature-repository")
        }
        guard let text = Environment.value(of: "COSIGN_REPOSITORY"), !text.isEmpty else { return nil }
        return try ImageOptions.repository(text, of: "`COSIGN_REPOSITORY` in the environment")
    }

    private static func repository(_ text: String, of source: String) throws(UsageError) -> Repository {
        do throws(ReferenceError) { return try Repository(parsing: text) } catch {
            throw UsageError("\(source): \(error)")
        }
    }
}
