import ArgumentParser
import OCI

struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Show what hangs on an image: signatures, attestations and whatever else refers to it.",
        discussion: """
            EXAMPLES
              dockgate tree registry.example.com/shop/cart:1.2
              dockgate tree registry.example.com/shop/cart:1.2 --config gate.yaml -o json

            Looked for is what refers to the image, as the registry lists it and as the index under the fallback tag does; \
            what refers to that in turn; what lies under the tags `.sig`, `.att` and `.sbom` of its digest; and the same for \
            each platform of an index. Nothing is verified: who signed is told as the artifact says it. Ends with 3 if \
            something could not be looked at, 1 if the registry gave what cannot be.
            """)

    @OptionGroup var image: ImageOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reference = try image.reference()
        let repository = try image.repository() ?? reference.repository
        let tree = try await registry.asking { questions in
            try await ArtifactTree(of: reference, in: repository, asking: questions)
        }
        switch output.format {
        case .table: try StandardOutput.write(tree.text)
        case .json: try StandardOutput.write(json: tree.json)
        }
        if let outcome = tree.outcome { throw outcome }
    }
}
