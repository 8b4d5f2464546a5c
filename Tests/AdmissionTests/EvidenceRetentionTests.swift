import Dispatch
import OCI
import PolicyEngine
import Synchronization
import Testing
import Timestamp
import Trust

@testable import Admission

@Suite struct EvidenceRetentionTests {
    private final class Keeper: EvidenceKeeper {
        private let kept = Mutex<[[UInt8]]>([])
        var all: [[UInt8]] { kept.withLock { $0 } }
        func keep(_ evidence: Fetched.Content) -> Bool {
            kept.withLock { $0.append(evidence.bytes) }
            return true
        }
    }

    private let keeper = Keeper()
    private let start = TestClock.start

    private func content(_ number: Int, bytes: Int) -> Fetched.Content {
        var content = [UInt8](repeating: 0x20, count: bytes)
        for (index, digit) in "\(number)".utf8.enumerated() { content[index] = digit }
        return Fetched.Content(bytes: content, digest: .sha256(of: content), mediaType: nil)
    }

    private func refused(_ number: Int, bytes: Int = 1_000) -> DecisiveEvidence {
        let refusal = Refusal(.signatureInvalid, found: "nothing good", expected: "something")
        return DecisiveEvidence(of: .violated(refusal), from: [.found(content(number, bytes: bytes))])
    }

    private func passed(_ numbers: Int..., bytes: Int = 1_000) -> DecisiveEvidence {
        DecisiveEvidence(
            of: .passed(signers: [.key(fingerprint: [1])]),
            from: numbers.map { .found(content($0, bytes: bytes)) })
    }

    @Test("what strangers can bring about is kept up to a quota of the hour, and decides the same beyond")
    func refusals() async {
        let retention = EvidenceRetention(keeper, bytesPerHour: 10_000)
        for number in 0..<10 {
            #expect(await retention.keep(refused(number), at: start) == [content(number, bytes: 1_000).digest])
        }
        #expect(await retention.keep(refused(10), at: start) == [])
        #expect(keeper.all.count == 10)
        // A tenth of an hour is worth a tenth of the quota.
        #expect(await retention.keep(refused(10), at: start + .seconds(359)) == [])
        #expect(await retention.keep(refused(10), at: start + .seconds(361))?.count == 1)
        #expect(await retention.keep(refused(11), at: start + .seconds(361)) == [])
    }

    @Test("what a tag stands for is counted with the refusals: whoever may push chooses it")
    func resolutions() async {
        let retention = EvidenceRetention(keeper, bytesPerHour: 1_000)
        let manifest = content(1, bytes: 600)
        let resolved = DecisiveEvidence(of: .resolved(manifest.digest), from: .found(manifest))
        #expect(await retention.keep(resolved, at: start)?.count == 1)
        #expect(await retention.keep(refused(2, bytes: 600), at: start) == [])
    }

    @Test("refusals cannot crowd out what a believed signer had a hand in, which has a quota of its own")
    func signed() async {
        let retention = EvidenceRetention(keeper, bytesPerHour: 3_000)
        for number in 0..<5 { _ = await retention.keep(refused(number), at: start) }
        #expect(keeper.all.count == 3)
        #expect(await retention.keep(passed(10, 11), at: start)?.count == 2)
        // All of it or nothing: half of the evidence shows nothing.
        #expect(await retention.keep(passed(12, 13), at: start) == [])
        #expect(await retention.keep(passed(14), at: start)?.count == 1)
    }

    @Test("what is kept already costs nothing, for a day")
    func known() async {
        let retention = EvidenceRetention(keeper, bytesPerHour: 1_000)
        for _ in 0..<5 { #expect(await retention.keep(refused(1), at: start)?.count == 1) }
        // The keeper is asked each time: it knows best whether the file is there.
        #expect(keeper.all.count == 5)
        #expect(await retention.keep(refused(2), at: start) == [])
        let later = start + .seconds(23 * 3_600)
        #expect(await retention.keep(refused(1), at: later)?.count == 1)
        #expect(await retention.keep(refused(2), at: later)?.count == 1)
        let tomorrow = start + .seconds(24 * 3_600)
        #expect(await retention.keep(refused(1), at: tomorrow)?.count == 1)
        #expect(await retention.keep(refused(3), at: tomorrow) == [])
    }

    @Test("a clock that jumps gives the room of one hour at most, and one that is set back gives none")
    func clock() {
        let quota = EvidenceQuota(bytesPerHour: 100)
        #expect(quota.take(100, at: start))
        #expect(!quota.take(1, at: start - .seconds(3_600)))
        #expect(quota.take(50, at: start - .seconds(1_800)))
        #expect(!quota.take(1, at: start - .seconds(1_800)))
        #expect(quota.take(100, at: .latest))
        #expect(!quota.take(1, at: .latest))
        #expect(!quota.take(1, at: .earliest))
    }

    @Test("questions in quick succession lose nothing of the room")
    func fractions() {
        let quota = EvidenceQuota(bytesPerHour: 3_600)
        #expect(quota.take(3_600, at: start))
        var taken = 0
        for step in 1...10_000 where quota.take(1, at: start + .milliseconds(step)) { taken += 1 }
        #expect((9...10).contains(taken))
    }
}

@Suite struct DiskThreadsTests {
    @Test("work beyond the places there are is not begun, and is begun again when there is room")
    func bound() async {
        let threads = DiskThreads()
        let gate = DispatchSemaphore(value: 0)
        let done = Atomic(0)
        for _ in 0..<DiskThreads.maximumPending {
            let isStarted = threads.start {
                gate.wait()
                done.add(1, ordering: .relaxed)
            }
            #expect(isStarted)
        }
        let isStartedBeyond = threads.start { done.add(1, ordering: .relaxed) }
        #expect(!isStartedBeyond)
        let resultBeyond = await threads.run { true }
        #expect(resultBeyond == nil)
        for _ in 0..<DiskThreads.maximumPending { gate.signal() }
        #expect(await eventually { done.load(ordering: .relaxed) == DiskThreads.maximumPending })
        // The last place is given back right after its work.
        var isStarted = false
        for _ in 0..<1_000 where !isStarted {
            let result = await threads.run { true }
            isStarted = result == true
        }
        #expect(isStarted)
    }
}
