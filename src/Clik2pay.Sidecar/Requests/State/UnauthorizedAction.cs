namespace Clik2pay.Sidecar.Requests.State;

/// <summary>What became of a 401 of upstream.</summary>
internal enum UnauthorizedAction
{
    /// <summary>The request was sent once more with the token's successor.</summary>
    Retried,

    /// <summary>The caller got it.</summary>
    PassedOn,
}
