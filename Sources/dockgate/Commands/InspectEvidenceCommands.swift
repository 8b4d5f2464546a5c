import ArgumentParser
import Sigstore
import TUF
import TransparencyLog

struct InspectBundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Show a Sigstore bundle: by whom it says it was signed, what, when, and in which logs.",
        discussion: """
            EXAMPLES
              dockgate inspect bundle app.sigstore.json
              dockgate inspect bundle app.sigstore.json -o json

            Takes a bundle of version 0.1, 0.2 or 0.3, as `cosign sign-blob --bundle` writes it. No signature, no \
            certificate and no proof in it is verified. One that a verifier would refuse to read is a mistake that says \
            where.
            """)

    @OptionGroup var file: InspectedFileOptions

    func run() throws {
        try file.show(limit: SigstoreBundle.maximumBytes) { try SigstoreBundle(parsing: $0) }
    }
}

struct InspectEntryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entry",
        abstract: "Show an entry of a transparency log: what it says was signed, by whom, and how that is proved.",
        discussion: """
            EXAMPLES
              dockgate inspect entry entry.json
              curl -s "$REKOR/api/v1/log/entries?logIndex=735" | dockgate inspect entry -

            Takes an entry as Rekor v1 answers, as a bundle has it, or as cosign writes it into the annotation of a layer. \
            Neither promise nor proof is verified.
            """)

    @OptionGroup var file: InspectedFileOptions

    func run() throws {
        try file.show(limit: LogEntry.maximumBytes) { try LogEntry(parsing: $0) }
    }
}

struct InspectCheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Show the checkpoint of a transparency log: how many entries, which root, signed by whom.",
        discussion: """
            EXAMPLES
              dockgate inspect checkpoint checkpoint.txt
              curl -s "$LOG/checkpoint" | dockgate inspect checkpoint -

            Takes a signed note (C2SP tlog-checkpoint). No signature is verified.
            """)

    @OptionGroup var file: InspectedFileOptions

    func run() throws {
        try file.show(limit: SignedNote.maximumBytes) { try SignedCheckpoint($0) }
    }
}

struct InspectEnvelopeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "envelope",
        abstract: "Show a DSSE envelope and the statement in it.",
        discussion: """
            EXAMPLES
              dockgate inspect envelope provenance.dsse.json
              dockgate inspect envelope - -o json <attestation.json

            Takes an envelope, as the layer of an attestation is one. No signature is verified.
            """)

    @OptionGroup var file: InspectedFileOptions

    func run() throws {
        try file.show(limit: SigstoreBundle.maximumBytes) { try DSSEEnvelope(parsing: $0) }
    }
}

struct InspectTUFCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuf",
        abstract: "Show metadata of The Update Framework: its role, version and expiry, keys, thresholds and files.",
        discussion: """
            EXAMPLES
              dockgate inspect tuf 14.root.json
              curl -s "$MIRROR/timestamp.json" | dockgate inspect tuf -

            Takes metadata of the root, of timestamp, snapshot or targets, or of a role that is delegated to. No signature \
            is verified, and nobody is asked whether it is the newest.
            """)

    @OptionGroup var file: InspectedFileOptions

    func run() throws {
        try file.show(limit: ClaimedMetadata.maximumBytes) { try ClaimedMetadata(parsing: $0) }
    }
}
