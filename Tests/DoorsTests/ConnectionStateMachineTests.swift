import NIOCore
import Testing

@testable import Doors

@Suite("A connection as a value")
struct ConnectionStateMachineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let limits = ServerLimits()

    private func idle() -> ConnectionStateMachine {
        var machine = ConnectionStateMachine(limits: limits, now: start)
        machine.handshakeCompleted(now: start)
        return machine
    }

    private func answering(keepsAlive: Bool = true) -> ConnectionStateMachine {
        var machine = idle()
        var framing = RequestHead.Framing()
        framing.keepsAlive = keepsAlive
        _ = machine.receivedHead(framing, now: start)
        #expect(machine.receivedEnd(now: start) == .answer)
        return machine
    }

    @Test("a handshake that does not end is cut off")
    func handshake() {
        var machine = ConnectionStateMachine(limits: limits, now: start)
        #expect(machine.deadlinePassed(now: start + .seconds(4)) == .nothing)
        #expect(machine.deadlinePassed(now: start + .seconds(5)) == .abort)
    }

    @Test("an idle connection ends after its time, a header that has begun after another")
    func idleTime() {
        var machine = idle()
        #expect(machine.deadline == start + limits.idleTime)
        machine.receivedFragment(now: start + .seconds(60))
        #expect(machine.deadline == start + .seconds(65))
        machine.receivedFragment(now: start + .seconds(64))
        #expect(machine.deadline == start + .seconds(65), "a byte now and then buys no time")
        #expect(machine.deadlinePassed(now: start + .seconds(65)) == .refuseAsTooSlow)
        var quiet = idle()
        #expect(quiet.deadlinePassed(now: start + limits.idleTime) == .close)
    }

    @Test("a body has one time, however it trickles")
    func bodyTime() {
        var machine = idle()
        var framing = RequestHead.Framing()
        framing.hasBody = true
        #expect(machine.receivedHead(framing, now: start) == .receiveBody)
        #expect(machine.receivedBody(1) == .keep)
        #expect(machine.deadline == start + limits.bodyTime)
        #expect(machine.deadlinePassed(now: machine.deadline) == .refuseAsTooSlow)
    }

    @Test("a body may have as many bytes as the limit and not one more")
    func bodyLimit() {
        var machine = idle()
        var framing = RequestHead.Framing()
        framing.hasBody = true
        framing.expectsContinue = true
        #expect(machine.receivedHead(framing, now: start) == .receiveBodyAfterContinue)
        #expect(machine.receivedBody(limits.maximumBodyBytes) == .keep)
        #expect(machine.receivedBody(1) == .refuseAsTooLarge)
        #expect(machine.answered(isWritable: true, now: start) == .discard)
        #expect(machine.receivedBody(limits.maximumDiscardedBytes) == .discard)
        #expect(machine.receivedBody(1) == .close)
    }

    @Test("after an answer comes the next request")
    func keepAlive() {
        var machine = answering()
        #expect(!machine.takesParts && machine.isAnswering)
        #expect(machine.answered(isWritable: true, now: start + .seconds(1)) == .proceed)
        #expect(machine.takesParts && !machine.closesAfterAnswer)
        #expect(machine.deadline == start + .seconds(1) + limits.idleTime)
    }

    @Test("who asks for the end gets it after the answer")
    func connectionClose() {
        var machine = answering(keepsAlive: false)
        #expect(machine.closesAfterAnswer)
        #expect(machine.answered(isWritable: true, now: start) == .close)
    }

    @Test("a client that does not take its answer gets no other")
    func slowReader() {
        var machine = answering()
        #expect(machine.answered(isWritable: false, now: start) == .wait)
        #expect(!machine.takesParts)
        var stuck = machine
        #expect(stuck.deadlinePassed(now: start + limits.writeTime) == .abort)
        #expect(machine.becameWritable(now: start) == true)
        #expect(machine.becameWritable(now: start) == false)
        #expect(machine.takesParts)
    }

    @Test("an answer that is late is replaced at its own deadline")
    func late() {
        var machine = answering()
        machine.expectAnswer(by: start + .seconds(4))
        #expect(machine.deadlinePassed(now: start + .seconds(3)) == .nothing)
        #expect(machine.deadlinePassed(now: start + .seconds(4)) == .answerTooLate)
        #expect(machine.answered(isWritable: true, now: start) == .proceed)
    }

    @Test("what is no HTTP is refused once, and an answer on its way is still given")
    func parserFailure() {
        var machine = idle()
        #expect(machine.parserFailed() == .refuse)
        #expect(machine.answered(isWritable: true, now: start) == .close)
        #expect(machine.parserFailed() == .ignore)
        var busy = answering()
        #expect(busy.parserFailed() == .ignore)
        #expect(busy.answered(isWritable: true, now: start) == .close)
    }

    @Test("during a shutdown an idle connection has a moment, a busy one its answer")
    func drain() {
        var quiet = idle()
        quiet.drain(now: start)
        #expect(quiet.deadline == start + limits.drainIdleTime)
        #expect(quiet.receivedHead(RequestHead.Framing(), now: start) == .receiveBody)
        #expect(quiet.receivedEnd(now: start) == .answer)
        #expect(quiet.answered(isWritable: true, now: start) == .close)
        var busy = answering()
        busy.drain(now: start)
        #expect(busy.closesAfterAnswer && busy.isAnswering)
    }

    @Test("nothing happens after the end")
    func closed() {
        var machine = idle()
        machine.closed()
        #expect(machine.receivedHead(RequestHead.Framing(), now: start) == .ignore)
        #expect(machine.receivedBody(1) == .discard)
        #expect(machine.receivedEnd(now: start) == .ignore)
        #expect(machine.deadlinePassed(now: start + .hours(1)) == .nothing)
        #expect(machine.parserFailed() == .ignore)
    }
}
