/// Where completions run: an event loop. It is woken once for all the records of a commit that named it.
public protocol CompletionExecutor: AnyObject, Sendable {
    /// Runs `work` later on this executor. Called on the log's own thread, which must not be kept waiting.
    func execute(_ work: @escaping @Sendable () -> Void)
}
