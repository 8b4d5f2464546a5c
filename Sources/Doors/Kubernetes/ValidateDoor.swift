public import Admission
import NIOCore
import OCI
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
    /// What became of the reviews so far.
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
            counts.add(.invalid)
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
                refuse(Call(uid: uid, request, timeout), reply, because: problem)
            }
        }
    }

    private func judge(_ review: AdmissionReviewRequest, _ request: Request, _ timeout: CallTimeout, _ reply: Reply) {
        do throws(WorkloadError) {
            let images = try review.images(placeholders: placeholders)
            guard !images.isEmpty else {
                counts.add(.notJudged)
                return reply.send(Response(.ok, .json, AdmissionReviewResponse.notJudged(uid: review.uid)))
            }
            decide(Call(review, images, request, timeout), reply)
        } catch {
            refuse(Call(review, [], request, timeout), reply, because: error.description)
        }
    }

    /// Refuses a request whose images cannot be told; that is a decision, and recorded like any other.
    private func refuse(_ call: Call, _ reply: Reply, because problem: String) {
        counts.add(.invalid)
        guard admit(reply) else { return }
        let refusal = Refusal(.requestInvalid, found: problem, expected: "a request whose images can be told")
        record(gate.refuse(because: refusal, at: clock()), call, reply)
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

    private func decide(_ call: Call, _ reply: Reply) {
        guard admit(reply) else { return }
        let now = clock()
        if let decision = gate.decideWarm(call.request, at: now) {
            counts.add(.warm)
            return record(decision, call, reply)
        }
        counts.add(.cold)
        let recordID = gate.newRecordID(at: now)
        reply.expect(by: call.lastResort, ticket: Ticket(uid: call.uid, recordID: recordID, stage: .deciding))
        let eventLoop = reply.eventLoop
        let reply = NIOLoopBound(reply, eventLoop: eventLoop)
        // Bounded by `maximumInFlight`, and in time by the request's own deadline. It goes on when the caller has gone:
        // what it learns serves the next request.
        Task { [self] in
            let decision = await gate.decide(call.request, at: now, recordedAs: recordID)
            eventLoop.execute { self.record(decision, call, reply.value) }
        }
    }

    /// A record that takes longer than this is not waited for: the disk behind it hangs.
    private static let recordTime = TimeAmount.seconds(1)

    /// Writes the record, and answers when it is durable.
    private func record(_ decision: Decision, _ call: Call, _ reply: Reply) {
        reply.expect(
            by: min(call.lastResort, .now() + ValidateDoor.recordTime),
            ticket: Ticket(uid: call.uid, recordID: decision.id, stage: .recording))
        let bound = NIOLoopBound(reply, eventLoop: reply.eventLoop)
        gate.record(decision, of: call.request, on: reply.executor) { [self, uid = call.uid] answer in
            inFlight.subtract(1, ordering: .relaxed)
            bound.value.send(Response(.ok, .json, AdmissionReviewResponse.bytes(for: answer, uid: uid)))
        }
    }

    /// The last resort: the one answer that stands in no record. The gate goes on, and may record another decision after it,
    /// under the name that the answer gives. A gate that only observes lets the request pass, with a warning, like
    /// everything else.
    func answerTooLate(_ ticket: Ticket?) -> Response {
        counts.add(.late)
        guard let ticket else {
            return .text(.serviceUnavailable, "the answer took too long", hint: .retryAfterOneSecond)
        }
        let refusal =
            switch ticket.stage {
            case .deciding:
                Refusal(.deadlineExceeded, found: "no decision within the caller's timeout", expected: "one")
            case .recording:
                Refusal(.auditUnavailable, found: "a decision that could not be recorded in time", expected: "a record")
            }
        let isAllowed = gate.refuse(because: refusal, at: clock()).isAllowed
        let text = "[\(refusal.reason.rawValue)] \(refusal.found)"
        let hint = "if it is decided after all, that is audit record \(ticket.recordID), which may say otherwise"
        return Response(
            .ok, .json,
            AdmissionReviewResponse.bytes(
                uid: ticket.uid, refusal: isAllowed ? nil : "dockgate refused the request: \(text); \(hint)",
                warnings: isAllowed ? ["would be refused: \(text)", hint] : [], recordID: nil,
                annotations: [
                    ("decision-id", ticket.recordID), ("reason", refusal.reason.rawValue), Answer.undetermined,
                ]))
    }
}

/// One request on its way through the gate.
private struct Call: Sendable {
    let request: AdmissionRequest
    let uid: String
    /// When the caller is answered at the latest, whatever the gate does.
    let lastResort: NIODeadline

    /// What the review says, in the gate's words. The namespace is the request's own, which the API server vouches for;
    /// nothing that the object's author wrote becomes a fact.
    init(
        _ review: borrowing AdmissionReviewRequest, _ images: [FoundImage], _ request: Request, _ timeout: CallTimeout
    ) {
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
        origin.bodyDigest = Digest.sha256(of: request.body)
        let images = images.map {
            RequestedImage(text: $0.text, kind: $0.kind, path: $0.path, container: $0.container)
        }
        self.init(images, origin, review.namespace.map { .known($0) } ?? .absent, request, timeout)
    }

    /// A review of which only the uid could be read.
    init(uid: String, _ request: Request, _ timeout: CallTimeout) {
        var origin = RequestOrigin(source: "kubernetes.admission")
        origin.uid = uid
        origin.bodyDigest = Digest.sha256(of: request.body)
        self.init([], origin, .unknown, request, timeout)
    }

    private init(
        _ images: [RequestedImage], _ origin: RequestOrigin, _ namespace: Fact<String>, _ request: Request,
        _ timeout: CallTimeout
    ) {
        let spent = NIODeadline.now() - request.received
        self.request = AdmissionRequest(
            facts: RequestFacts(source: .kubernetes, namespace: namespace), images: images, origin: origin,
            deadline: ContinuousClock.now + timeout.budget - .nanoseconds(spent.nanoseconds))
        uid = origin.uid ?? ""
        lastResort = request.received + TimeAmount(timeout.lastResort)
    }
}
