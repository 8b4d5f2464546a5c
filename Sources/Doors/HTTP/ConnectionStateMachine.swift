import NIOCore

/// One connection's life as a value: what happened goes in, what to do about it comes out. It holds no bytes and does no
/// I/O; `ConnectionHandler` does what it says.
///
/// Requests are taken one after the other: while one is being answered, whatever else arrives is kept by the handler.
struct ConnectionStateMachine {
    private enum State {
        case handshaking
        /// Between requests; nothing of the next one has arrived.
        case idle
        case receivingHead
        case receivingBody(bytes: Int)
        case answering
        /// Answered, and the client does not take it.
        case blocked
        /// Answered before the request had ended: the rest of it is read and thrown away.
        case discarding(bytes: Int)
        case closed
    }

    private let limits: ServerLimits
    private var state = State.handshaking
    /// When `deadlinePassed` has something to say, unless the state changes before.
    private(set) var deadline: NIODeadline
    /// Whether the answer to the current request is the last one.
    private(set) var closesAfterAnswer = false

    init(limits: ServerLimits, now: NIODeadline) {
        self.limits = limits
        deadline = now + limits.handshakeTime
    }

    /// Whether message parts may be taken; else they have to wait.
    var takesParts: Bool {
        switch state {
        case .answering, .blocked: false
        case .handshaking, .idle, .receivingHead, .receivingBody, .discarding, .closed: true
        }
    }

    var isAnswering: Bool {
        if case .answering = state { true } else { false }
    }

    mutating func handshakeCompleted(now: NIODeadline) {
        guard case .handshaking = state else { return }
        becomeIdle(now: now)
    }

    /// Bytes arrived that did not complete any part of a message.
    mutating func receivedFragment(now: NIODeadline) {
        guard case .idle = state else { return }
        state = .receivingHead
        deadline = now + limits.headerTime
    }
}

// MARK: - A request

extension ConnectionStateMachine {
    enum HeadAction: Equatable {
        case receiveBody
        /// The client waits for a word before it sends the body.
        case receiveBodyAfterContinue
        case ignore
    }

    mutating func receivedHead(_ framing: RequestHead.Framing, now: NIODeadline) -> HeadAction {
        switch state {
        case .idle, .receivingHead:
            state = .receivingBody(bytes: 0)
            deadline = now + limits.bodyTime
            if !framing.keepsAlive { closesAfterAnswer = true }
            return framing.expectsContinue && framing.hasBody ? .receiveBodyAfterContinue : .receiveBody
        case .handshaking, .receivingBody, .answering, .blocked, .discarding, .closed:
            return .ignore
        }
    }

    enum BodyAction: Equatable {
        case keep
        case discard
        case refuseAsTooLarge
        case close
    }

    mutating func receivedBody(_ count: Int) -> BodyAction {
        switch state {
        case .receivingBody(let bytes):
            // No overflow: `bytes` is at most the limit, and `count` what one read can hold.
            guard bytes + count <= limits.maximumBodyBytes else { return .refuseAsTooLarge }
            state = .receivingBody(bytes: bytes + count)
            return .keep
        case .discarding(let bytes):
            guard bytes + count <= limits.maximumDiscardedBytes else {
                closed()
                return .close
            }
            state = .discarding(bytes: bytes + count)
            return .discard
        case .handshaking, .idle, .receivingHead, .answering, .blocked, .closed:
            return .discard
        }
    }

    enum EndAction: Equatable {
        case answer
        case close
        case ignore
    }

    mutating func receivedEnd(now: NIODeadline) -> EndAction {
        switch state {
        case .receivingBody:
            state = .answering
            deadline = now + limits.answerTime
            return .answer
        case .discarding:
            closed()
            return .close
        case .handshaking, .idle, .receivingHead, .answering, .blocked, .closed:
            return .ignore
        }
    }
}

// MARK: - An answer

extension ConnectionStateMachine {
    /// The endpoint has set a deadline of its own.
    mutating func expectAnswer(by deadline: NIODeadline) {
        guard case .answering = state else { return }
        self.deadline = deadline
    }

    /// Whatever answer comes next is the last.
    mutating func closeAfterAnswer() {
        closesAfterAnswer = true
    }

    enum AnswerAction: Equatable {
        /// The next request, which may have arrived already.
        case proceed
        /// Until the client has taken the answer.
        case wait
        /// The rest of the request, up to its end or a limit.
        case discard
        case close
    }

    /// The answer was written. It may have come before the end of its request.
    mutating func answered(isWritable: Bool, now: NIODeadline) -> AnswerAction {
        switch state {
        case .answering where closesAfterAnswer:
            closed()
            return .close
        case .answering where isWritable:
            becomeIdle(now: now)
            return .proceed
        case .answering:
            state = .blocked
            deadline = now + limits.writeTime
            return .wait
        case .receivingBody:
            closesAfterAnswer = true
            state = .discarding(bytes: 0)
            deadline = now + limits.discardTime
            return .discard
        case .handshaking, .idle, .receivingHead, .blocked, .discarding, .closed:
            // An answer to nothing, or to what is no HTTP: nothing sensible can follow.
            closed()
            return .close
        }
    }

    /// The client reads again. Returns whether requests can go on.
    mutating func becameWritable(now: NIODeadline) -> Bool {
        guard case .blocked = state else { return false }
        becomeIdle(now: now)
        return true
    }

    private mutating func becomeIdle(now: NIODeadline) {
        state = .idle
        deadline = now + (closesAfterAnswer ? limits.drainIdleTime : limits.idleTime)
    }
}

// MARK: - Ends

extension ConnectionStateMachine {
    enum DeadlineAction: Equatable {
        case nothing
        /// In order: with whatever the protocols say at the end.
        case close
        /// At once: the other side has shown that it does not answer.
        case abort
        case refuseAsTooSlow
        case answerTooLate
    }

    mutating func deadlinePassed(now: NIODeadline) -> DeadlineAction {
        guard now >= deadline else { return .nothing }
        switch state {
        case .handshaking, .blocked:
            closed()
            return .abort
        case .idle, .discarding:
            closed()
            return .close
        case .receivingHead, .receivingBody:
            return .refuseAsTooSlow
        case .answering:
            return .answerTooLate
        case .closed:
            return .nothing
        }
    }

    enum FailureAction: Equatable {
        case refuse
        case close
        case ignore
    }

    /// What came is not HTTP, so nothing after it can be read.
    mutating func parserFailed() -> FailureAction {
        switch state {
        case .idle, .receivingHead, .receivingBody:
            closesAfterAnswer = true
            // There is no rest of a body to wait for.
            state = .receivingHead
            return .refuse
        case .answering, .blocked:
            closesAfterAnswer = true
            return .ignore
        case .handshaking, .discarding:
            closed()
            return .close
        case .closed:
            return .ignore
        }
    }

    /// The server ends: one more request, if it is on its way, and no other.
    mutating func drain(now: NIODeadline) {
        closesAfterAnswer = true
        if case .idle = state { deadline = min(deadline, now + limits.drainIdleTime) }
    }

    /// From here on TLS has its own time for the goodbye.
    mutating func closed() {
        state = .closed
        deadline = .distantFuture
    }
}
