import CLibFuzzer
import Glibc

/// Throws bytes at one of the readers, as libFuzzer chooses them. `FUZZ_TARGET` names the reader: libFuzzer starts the
/// program again with arguments of its own, which an environment survives.
@main
enum Fuzzing {
    static func main() {
        guard let target = Fuzzing.target else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            print("FUZZ_TARGET is none of \(names)")
            exit(2)
        }
        print("fuzzing \(target.rawValue)")
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                Fuzzing.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            })
    }

    private static let target = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }
}

/// What reads bytes that somebody else wrote.
enum FuzzTarget: String, CaseIterable {
    case json, references, manifests, payloads, yaml, policies, reviews, dockerfiles, compose, archives
    case checkpoint, tuf, trustdata
    case certificates, timestamps, tokens
    case bundles, envelopes, expressions

    func run(_ input: [UInt8]) {
        switch self {
        case .json: JSONTarget.run(input)
        case .references: ReferenceTarget.run(input)
        case .manifests: ManifestTarget.run(input)
        case .payloads: PayloadTarget.run(input)
        case .yaml: YAMLTarget.run(input)
        case .policies: PolicyTarget.run(input)
        case .reviews: ReviewTarget.run(input)
        case .dockerfiles: DockerfileTarget.run(input)
        case .compose: ComposeTarget.run(input)
        case .archives: ArchiveTarget.run(input)
        case .checkpoint: CheckpointTarget.run(input)
        case .tuf: TUFTarget.run(input)
        case .trustdata: TrustDataTarget.run(input)
        case .certificates: CertificateTarget.run(input)
        case .timestamps: SCTTarget.run(input)
        case .tokens: TokenTarget.run(input)
        case .bundles: BundleTarget.run(input)
        case .envelopes: EnvelopeTarget.run(input)
        case .expressions: ExpressionTarget.run(input)
        }
    }
}

/// Ends the program, and so keeps the input, where a claim does not hold.
func hold(_ claim: Bool, _ text: @autoclosure () -> String) {
    guard !claim else { return }
    fatalError("does not hold: \(text())")
}
