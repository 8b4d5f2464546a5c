import Synchronization
import Timestamp

/// So many bytes an hour, those of one hour at once: a bucket that fills while time goes by.
final class EvidenceQuota: Sendable {
    private struct State {
        /// In bytes; with a fraction, so that questions in quick succession lose nothing.
        var room: Double
        /// Until when it was filled; nil before the first question.
        var filled: Instant?
    }

    private let bytesPerHour: Double
    private let state: Mutex<State>

    init(bytesPerHour: Int) {
        self.bytesPerHour = Double(bytesPerHour)
        state = Mutex(State(room: self.bytesPerHour))
    }

    /// Whether there is room for `bytes` at `now`; if so it is taken. A clock that is set back gives no room.
    func take(_ bytes: Int, at now: Instant) -> Bool {
        state.withLock { state in
            if let filled = state.filled, filled < now {
                let hours = (now - filled) / .seconds(3_600)
                state.room = min(bytesPerHour, state.room + hours * bytesPerHour)
            }
            state.filled = now
            guard Double(bytes) <= state.room else { return false }
            state.room -= Double(bytes)
            return true
        }
    }
}
