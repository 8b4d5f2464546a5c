import Foundation
import Testing

/// notary-server and notary-signer, as `scripts/notary-servers` builds them.
enum NotaryPrograms {
    /// Nil if nobody asked for these tests.
    static let directory = ProcessInfo.processInfo.environment["DOCKGATE_NOTARY"]

    static let notAsked: Comment =
        "DOCKGATE_NOTARY names no folder with notary-server and notary-signer: `make test-notary` builds them"

    static func path(of program: String) throws -> String {
        guard let directory else { throw CommandFailure("DOCKGATE_NOTARY is not set") }
        return directory + "/" + program
    }
}
