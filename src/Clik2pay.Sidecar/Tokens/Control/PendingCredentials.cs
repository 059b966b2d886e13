using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>New credentials that have not obtained a token yet, and the status of the attempts so far.</summary>
internal sealed record PendingCredentials(TokenKey Key, RefreshStatus Status);
