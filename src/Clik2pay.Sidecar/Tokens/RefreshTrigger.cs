namespace Clik2pay.Sidecar.Tokens;

/// <summary>Why a refresh was started.</summary>
internal enum RefreshTrigger
{
    /// <summary>The process has just started and has no token.</summary>
    Startup,

    /// <summary>The current token has reached its refresh point, or the pause after a failure is over.</summary>
    Scheduled,

    /// <summary>A request found no valid token.</summary>
    Expired,

    /// <summary>Upstream rejected the current token with 401, here or at another replica, or an operator replaced it there.</summary>
    Unauthorized,

    /// <summary>New credentials are pending: they were read from the files, and have not obtained a token yet.</summary>
    Rotation,

    /// <summary>The wall clock has advanced more than the steady clock, so the current token may have expired.</summary>
    ClockChange,

    /// <summary>An operator asked for a new token with <c>tokens refresh</c>.</summary>
    Operator,
}
