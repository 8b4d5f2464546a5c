import Cryptography
import TUF
import TestSupport
import Testing
import Timestamp

/// What metadata says, read without being verified.
@Suite struct ClaimedMetadataTests {
    private let repository: SimulatedTUFRepository

    init() throws { repository = try SimulatedTUFRepository() }

    private func metadata(_ file: String) throws -> ClaimedMetadata {
        try ClaimedMetadata(parsing: try #require(repository.files[file]))
    }

    @Test("each role is read as an update reads it")
    func roles() throws {
        let root = try metadata("1.root.json")
        guard case .root(let isConsistent, let keys, let roles) = root.content else {
            Issue.record("no root")
            return
        }
        #expect(isConsistent && root.version == 1 && root.expires > SimulatedTUFRepository.now)
        #expect(roles.map(\.name).sorted() == ["root", "snapshot", "targets", "timestamp"])
        #expect(roles.first { $0.name == "root" }.map { [$0.threshold, $0.keyIDs.count] } == [2, 3])
        #expect(keys.count == 6 && keys.allSatisfy { $0.key != nil && $0.type == "ed25519 ed25519" })
        #expect(root.signatures.count == 3 && root.signatures.allSatisfy { !$0.isEmpty })
        guard case .timestamp(let listed) = try metadata("timestamp.json").content else {
            Issue.record("no timestamp")
            return
        }
        #expect(listed.map(\.name) == ["snapshot.json"] && listed.first?.version == 1)
        guard case .targets(let files, _, let delegations) = try metadata("1.targets.json").content else {
            Issue.record("no targets")
            return
        }
        #expect(files.map(\.name) == ["file.txt"] && files.first?.length == 7 && delegations.isEmpty)
    }

    @Test("what an update would not read is refused with its place")
    func refused() {
        for (text, words) in [
            ("{}", "`$.signed`"), ("{", "not strict JSON"), (#"{"signed":{},"signatures":[]}"#, "`$.signed._type`"),
        ] {
            let error = #expect(throws: TUFError.Reason.self) {
                try ClaimedMetadata(parsing: Array(text.utf8))
            }
            #expect(error.map { "\($0)" }?.contains(words) == true)
        }
    }
}
