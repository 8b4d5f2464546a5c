public import Admission
import NIOCore
import PolicyEngine
import StrictJSON
import Synchronization
public import Timestamp
import Trust

/// The validating webhook: `POST /validate?timeout=5s`, an AdmissionReview in and one out.
///
/// A request that can be judged from memory is judged on the connection's event loop, without a task; any other beside
/// it. Either way its record is durable before it is answered, and it is answered before the API server gives up.
public final class ValidateDoor: Sendable {
    private let gate: Gate
    private let placeholders: [String]
    private let maximumInFlight: Int
    private let clock: @Sendable () -> Instant
    private let inFlight = Atomic(0)
    public let counts = AdmissionCounts()

    /// - Parameters:
    ///   - placeholders: `kubernetes.templates.placeholders`, exact words that are no image in a template.
    ///   - maximumInFlight: requests that are being decided at once; the next one gets a 503.
    ///   - clock: read once for each request: its time is the decision's.
    public init(
        gate: Gate, placeholders: [String], maximumInFlight: Int = ServerLimits().maximumRequestsInFlight,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.gate = gate
        self.placeholders = placeholders
        self.maximumInFlight = maximumInFlight
        self.clock = clock
    }
}

extension ValidateDoor: Endpoint {
    var accepts: Acceptance { .posts }

    func answer(_ request: Request, _ reply: Reply) {
        guard let timeout = CallTimeout(query: request.query) else {
            return reply.send(.text(.badRequest, "`timeout` is not one duration such as `5s`"))
        }
        do throws(AdmissionReviewError) {
            let review = try AdmissionReviewRequest(parsing: request.body, limits: JSONLimits())
            judge(review, request, timeout, reply)
        } catch {
            switch error {
            case .unreadable(let problem):
                counts.add(.invalid)
                reply.send(.text(.badRequest, problem))
            case .refused(let uid, let problem):
                refuse(AdmissionRequest(uid: uid, deadline: request.deadline(timeout)), reply, uid: uid, because: problem)
            }
        }
    }

    func answerTooLate(_ ticket: String) -> Response {
        counts.add(.late)
        return .refusal(
            uid: ticket, message: "dockgate refused the request [deadline-exceeded]: the decision took longer than the caller waits")
    }

    private func judge(_ review: AdmissionReviewRequest, _ request: Request, _ timeout: CallTimeout, _ reply: Reply) {
        do throws(WorkloadError) {
            let images = try review.images(placeholders: placeholders)
            guard !images.isEmpty else {
                counts.add(.notJudged)
                return reply.send(Response(.ok, .json, AdmissionReviewResponse.notJudged(uid: review.uid)))
            }
            guard admit(reply) else { return }
            reply.expect(by: request.received + TimeAmount(timeout.lastResort), ticket: review.uid)
            decide(AdmissionRequest(review, images, deadline: request.deadline(timeout)), reply, uid: review.uid)
        } catch {
            let request = AdmissionRequest(review, [], deadline: request.deadline(timeout))
            refuse(request, reply, uid: review.uid, because: error.description)
        }
    }

    /// Refuses a request whose images cannot be told; that is a decision, and recorded like any other.
    private func refuse(_ request: AdmissionRequest, _ reply: Reply, uid: String, because problem: String) {
        counts.add(.invalid)
        guard admit(reply) else { return }
        let refusal = Refusal(.requestInvalid, found: problem, expected: "a request whose images can be told")
        record(gate.refuse(because: refusal, at: clock()), of: request, reply, uid: uid)
    }

    /// Counts the request in, or turns it away.
    private func admit(_ reply: Reply) -> Bool {
        guard inFlight.add(1, ordering: .relaxed).newValue <= maximumInFlight else {
            inFlight.subtract(1, ordering: .relaxed)
            counts.add(.overloaded)
            reply.send(.text(.serviceUnavailable, "too many requests at once", hint: .retryAfterOneSecond))
            return false
        }
        return true
    }

    private func decide(_ request: AdmissionRequest, _ reply: Reply, uid: String) {
        let now = clock()
        if let decision = gate.decideWarm(request, at: now) {
            counts.add(.warm)
            return record(decision, of: request, reply, uid: uid)
        }
        counts.add(.cold)
        let eventLoop = reply.eventLoop
        let reply = NIOLoopBound(reply, eventLoop: eventLoop)
        // Bounded by `maximumInFlight`, and in time by the request's own deadline. It goes on when the caller has gone:
        // what it learns serves the next request.
        Task { [self] in
            let decision = await gate.decide(request, at: now)
            eventLoop.execute { self.record(decision, of: request, reply.value, uid: uid) }
        }
    }

    /// Writes the record, and answers when it is durable.
    private func record(_ decision: Decision, of request: AdmissionRequest, _ reply: Reply, uid: String) {
        let bound = NIOLoopBound(reply, eventLoop: reply.eventLoop)
        gate.record(decision, of: request, on: reply.executor) { [self] answer in
            inFlight.subtract(1, ordering: .relaxed)
            bound.value.send(Response(.ok, .json, AdmissionReviewResponse.bytes(for: answer, uid: uid)))
        }
    }
}

extension Request {
    /// What is left of the caller's patience, as the gate counts time.
    fileprivate func deadline(_ timeout: CallTimeout) -> ContinuousClock.Instant {
        let spent = NIODeadline.now() - received
        return ContinuousClock.now + timeout.budget - .nanoseconds(spent.nanoseconds)
    }
}

extension Response {
    fileprivate static func refusal(uid: String, message: String) -> Response {
        Response(.ok, .json, AdmissionReviewResponse.refusal(uid: uid, message: message))
    }
}

extension AdmissionRequest {
    /// A review of which only the uid could be read.
    fileprivate init(uid: String, deadline: ContinuousClock.Instant) {
        var origin = RequestOrigin(source: "kubernetes.admission")
        origin.uid = uid
        self.init(
            facts: RequestFacts(source: .kubernetes, namespace: .unknown), images: [], origin: origin, deadline: deadline)
    }

    /// What the review says, in the gate's words. The namespace is the request's own, which the API server vouches for;
    /// nothing that the object's author wrote becomes a fact.
    fileprivate init(_ review: AdmissionReviewRequest, _ images: [FoundImage], deadline: ContinuousClock.Instant) {
        var origin = RequestOrigin(source: "kubernetes.admission")
        origin.uid = review.uid
        origin.operation = review.operation.rawValue
        origin.isDryRun = review.isDryRun
        origin.user = review.user.name
        origin.userUID = review.user.uid
        origin.groups = review.user.groups
        origin.group = review.kind.group
        origin.version = review.kind.version
        origin.kind = review.kind.kind
        origin.subresource = review.subresource
        origin.namespace = review.namespace
        origin.name = review.name
        self.init(
            facts: RequestFacts(
                source: .kubernetes, namespace: review.namespace.map { .known($0) } ?? .absent),
            images: images.map {
                RequestedImage(text: $0.text, kind: $0.kind, path: $0.path, container: $0.container)
            },
            origin: origin, deadline: deadline)
    }
}
