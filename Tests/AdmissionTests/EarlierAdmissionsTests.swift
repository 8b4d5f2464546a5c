@testable import Admission
import Foundation
import OCI
import PolicyEngine
import State
import Synchronization
import Testing
import Timestamp
import Trust

@Suite("Which images were admitted, and since when they fail") struct EarlierAdmissionsTests {
    private let now = TestClock.start
    private let fortnight = Duration.seconds(14 * 86_400)
    private let scratch: Scratch
    private let questions: Set = [Digest.sha256(of: [])]

    init() throws { scratch = try Scratch() }

    private func image(_ number: Int = 0, namespace: String = "shop") -> AdmittedImage {
        AdmittedImage(
            namespace: namespace, digest: Digest.sha256(of: Array("\(number)".utf8)), check: Digest.sha256(of: []))
    }

    private func result(_ image: AdmittedImage, passed: Bool) -> MovingResult {
        MovingResult(image: image, hasPassed: passed, period: fortnight)
    }

    /// Notes that the image was admitted, or that it fails.
    private func note(
        _ image: AdmittedImage, passed: Bool, isAdmitted: Bool = true, in admissions: EarlierAdmissions, at now: Instant
    ) {
        admissions.note([result(image, passed: passed)], isAdmitted: isAdmitted, at: now)
    }

    // MARK: - In memory

    @Test("an admission is remembered, its first failure stays the first, and another admission ends that")
    func first() {
        let admissions = EarlierAdmissions()
        let image = image()
        note(image, passed: false, in: admissions, at: now)
        #expect(admissions[image] == nil)
        note(image, passed: true, in: admissions, at: now)
        #expect(admissions[image] == EarlierAdmission(firstFailure: nil))
        #expect(admissions[self.image(1)] == nil && admissions[self.image(namespace: "other")] == nil)
        for seconds in [10, 20] { note(image, passed: false, in: admissions, at: now + .seconds(seconds)) }
        #expect(admissions[image] == EarlierAdmission(firstFailure: now + .seconds(10)))
        for late in [5, 10] { note(image, passed: true, in: admissions, at: now + .seconds(late)) }
        #expect(admissions[image] == EarlierAdmission(firstFailure: now + .seconds(10)))
        note(image, passed: true, in: admissions, at: now + .seconds(30))
        #expect(admissions[image] == EarlierAdmission(firstFailure: nil))
    }

    @Test("a clock that is set back moves the first failure back, never on")
    func clock() {
        let admissions = EarlierAdmissions()
        note(image(), passed: true, in: admissions, at: now)
        for seconds in [100, 50, 75] { note(image(), passed: false, in: admissions, at: now + .seconds(seconds)) }
        #expect(admissions[image()] == EarlierAdmission(firstFailure: now + .seconds(50)))
    }

    @Test("what holds and is refused for another reason is not admitted, and still fails from its first failure")
    func refused() {
        let admissions = EarlierAdmissions()
        note(image(), passed: true, isAdmitted: false, in: admissions, at: now)
        #expect(admissions[image()] == nil)
        note(image(), passed: true, in: admissions, at: now)
        note(image(), passed: false, isAdmitted: false, in: admissions, at: now + .seconds(1))
        #expect(admissions[image()] == EarlierAdmission(firstFailure: now + .seconds(1)))
    }

    @Test("failures of what was never admitted take no room, nor do names that no namespace has; the oldest goes first")
    func bound() {
        let admissions = EarlierAdmissions(maximumEntries: 64)
        for number in 0..<1_000 { note(image(number), passed: false, in: admissions, at: now) }
        let long = image(namespace: String(repeating: "a", count: 64))
        note(long, passed: true, in: admissions, at: now)
        #expect(admissions.entries(at: now).isEmpty)
        note(image(-1), passed: true, in: admissions, at: now - .seconds(1))
        for number in 0..<1_000 { note(image(number), passed: true, in: admissions, at: now + .seconds(number)) }
        #expect((16...64).contains(admissions.entries(at: now).count))
        #expect(admissions[image(-1)] == nil && admissions[image(999)] != nil)
    }

    // MARK: - On disk

    private func life(
        at now: Instant = TestClock.start, _ body: (EarlierAdmissions, RememberedResults) throws -> Void
    ) throws {
        let memory = GateMemory()
        let results = RememberedResults(
            memory, in: try StateDirectory.open(scratch.path + "/state"), asking: questions, at: now
        ) { Issue.record("\($0)") }
        try body(memory.admissions, results)
    }

    @Test("admissions and first failures survive a restart; what is refused anyway is forgotten")
    func restart() throws {
        let failing = now + .seconds(60)
        try life { admissions, results in
            for number in 0..<2 { note(image(number, namespace: "shöp\"\n"), passed: true, in: admissions, at: now) }
            note(image(1, namespace: "shöp\"\n"), passed: false, in: admissions, at: failing)
            try results.keep(at: failing)
        }
        try life(at: failing + fortnight - .seconds(1)) { admissions, _ in
            #expect(admissions[image(0, namespace: "shöp\"\n")] == EarlierAdmission(firstFailure: nil))
            #expect(admissions[image(1, namespace: "shöp\"\n")] == EarlierAdmission(firstFailure: failing))
            #expect(admissions[image(0)] == nil)
        }
        try life(at: failing + fortnight) { admissions, _ in
            #expect(admissions[image(0, namespace: "shöp\"\n")] == EarlierAdmission(firstFailure: nil))
            #expect(admissions[image(1, namespace: "shöp\"\n")] == nil)
            #expect(admissions.entries(at: failing + fortnight).count == 1)
        }
    }

    @Test("a first failure is to be kept at once, and is said so")
    func urgency() async throws {
        let memory = GateMemory()
        note(image(), passed: true, in: memory.admissions, at: now)
        #expect(!memory.takeChanges().endings)
        note(image(), passed: false, in: memory.admissions, at: now + .seconds(1))
        var urgent = memory.urgent.makeAsyncIterator()
        #expect(await urgent.next() != nil)
        #expect(memory.takeChanges().endings)
    }

    @Test("if a first failure cannot be written, no admission stays on disk that would begin the time anew")
    func fullDisk() throws {
        let disk = FullDisk()
        let state = try StateDirectory.open(scratch.path + "/state", storage: disk)
        let memory = GateMemory()
        let results = RememberedResults(memory, in: state, asking: questions, at: now) { _ in }
        note(image(), passed: true, in: memory.admissions, at: now)
        try results.keep(at: now)
        disk.isFull.withLock { $0 = true }
        note(image(), passed: false, in: memory.admissions, at: now + .seconds(1))
        #expect(throws: StateError.self) { try results.keep(at: now + .seconds(1)) }
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/state/remembered-results"))
        disk.isFull.withLock { $0 = false }
        try results.keep(at: now + .seconds(2))
        let restored = GateMemory()
        _ = RememberedResults(restored, in: state, asking: questions, at: now + .seconds(2)) { Issue.record("\($0)") }
        #expect(restored.admissions[image()] == EarlierAdmission(firstFailure: now + .seconds(1)))
    }

    @Test("as many admissions as may be remembered fit into the file")
    func full() throws {
        try life { admissions, results in
            let long = String(repeating: "\u{1}", count: 63)
            for number in 0..<EarlierAdmissions.maximumEntries {
                note(image(number, namespace: long), passed: true, in: admissions, at: now)
                note(image(number, namespace: long), passed: false, in: admissions, at: now + .seconds(1))
            }
            try results.keep(at: now)
        }
        try life { admissions, _ in
            #expect(admissions.entries(at: now).count > EarlierAdmissions.maximumEntries / 2)
        }
    }
}
