import ArgumentParser
import Cryptography
import Glibc
import OCI
import Outbound
import PolicyDocuments
import Registry
import Trust

struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tell in plain words what a reference, a manifest, a certificate or a signature says.",
        discussion: """
            EXAMPLES
              dockgate inspect reference alpine
              dockgate inspect manifest registry.example.com/shop/cart:1.2
              dockgate inspect certificate /etc/dockgate/tls.crt
              dockgate inspect bundle app.sigstore.json

            Nothing is judged, and nothing that is shown is believed for being shown.
            """,
        subcommands: [
            InspectReferenceCommand.self, InspectManifestCommand.self, InspectCertificateCommand.self,
            InspectBundleCommand.self, InspectEntryCommand.self, InspectCheckpointCommand.self,
            InspectEnvelopeCommand.self, InspectTUFCommand.self,
        ])
}

struct InspectReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Show which image a text names: the parts, as they are matched and compared.",
        discussion: """
            EXAMPLES
              dockgate inspect reference alpine
              dockgate inspect reference registry.example.com:5000/shop/cart:1.2 -o json

            Short names are of Docker Hub: `alpine` is docker.io/library/alpine, and without a tag or a digest `latest` is \
            meant. A text that no workload could name ends with 2.
            """)

    @Argument(help: "The text, as a workload has it.")
    var text: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let reference: ImageReference
        do throws(ReferenceError) {
            reference = try ImageReference(parsing: text)
        } catch {
            throw UsageError("\(error)")
        }
        switch output.format {
        case .table: try StandardOutput.write(reference.facts.text)
        case .json: try StandardOutput.write(json: reference.json)
        }
    }
}

struct InspectManifestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Show a manifest, an index or an image configuration, and its digest.",
        discussion: """
            EXAMPLES
              dockgate inspect manifest registry.example.com/shop/cart:1.2
              dockgate inspect manifest registry.example.com/cart:1.2 --config gate.yaml
              dockgate inspect manifest app/blobs/sha256/0c45…
              crane manifest alpine | dockgate inspect manifest -

            Takes a file, standard input (`-`) or an image, whose manifest is then asked of its registry, anonymously unless \
            --config has credentials. A file of that name counts before an image. What the registry sends is hashed; other \
            bytes than the digest says end with 1, and a registry that gives no answer with 3.
            """)

    @Argument(help: "A file, `-`, or an image reference.", completion: .file())
    var subject: String

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let document = try await document()
        switch output.format {
        case .table: try StandardOutput.write(document.facts.text)
        case .json: try StandardOutput.write(json: document.json)
        }
    }

    private func document() async throws -> InspectedDocument {
        guard subject != "-", access(subject, F_OK) != 0 else {
            let name = subject == "-" ? "stdin" : subject
            var stream = try ByteStream(subject, name: name)
            let bytes = try stream.readAll(after: [], limit: InspectedDocument.maximumBytes)
            return try InspectedDocument(bytes, contentType: nil, image: nil, at: name)
        }
        let reference: ImageReference
        do throws(ReferenceError) {
            reference = try ImageReference(parsing: subject)
        } catch {
            throw UsageError("there is no file `\(subject)`, and as an image: \(error)")
        }
        let content = try await fetched(reference)
        let image = "\(reference.repository)@\(content.digest)"
        return try InspectedDocument(content.bytes, contentType: content.mediaType, image: image, at: subject)
    }

    private func fetched(_ reference: ImageReference) async throws -> Fetched.Content {
        let name: Locator.ManifestName = reference.digest.map { .digest($0) } ?? .tag(reference.tag ?? "latest")
        let answer = try await registry.asking { await $0.fetch(.manifest(reference.repository, name)) }
        switch answer {
        case .found(let content): return content
        case .absent: throw UsageError("there is no `\(reference)` in its registry")
        case .violated(let refusal): throw RefusedInput(refusal.sentence, at: subject)
        case .undetermined(let refusal):
            StandardError.write("error: `\(reference)`: \(refusal.sentence)".printable)
            throw Outcome.undetermined
        }
    }
}

struct InspectCertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Show what certificates say: subject, names, validity, key, issuer, fingerprint.",
        discussion: """
            EXAMPLES
              dockgate inspect certificate /etc/dockgate/tls.crt
              dockgate inspect certificate chain.pem -o json
              kubectl get secret tls -o 'jsonpath={.data.tls\\.crt}' | base64 -d |
                dockgate inspect certificate -

            Takes PEM, of one or many certificates, or DER. No signature is verified. A file that holds a private key is \
            refused, and nothing of it shown.
            """)

    @Argument(help: "A file, or `-` for standard input.", completion: .file())
    var file: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let name = file == "-" ? "stdin" : file
        var stream = try ByteStream(file, name: name)
        let bytes = try stream.readAll(after: [], limit: Certificate.maximumBytes)
        let certificates: [Certificate]
        do throws(CertificateFormatError) {
            certificates = try Certificate.all(in: bytes)
        } catch {
            throw UsageError("\(error)", at: name)
        }
        let now = SystemClock.now()
        switch output.format {
        case .table: try StandardOutput.write(certificates.map { $0.facts(at: now).text }.joined(separator: "\n"))
        case .json: try StandardOutput.write(json: Certificate.json(certificates, at: now))
        }
    }
}
