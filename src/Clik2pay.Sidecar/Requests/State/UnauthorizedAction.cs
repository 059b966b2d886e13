namespace Clik2pay.Sidecar.Requests.State;

/// <summary>What the sidecar did with a 401 of the provider. In snake case it is the metric label <c>action</c>.</summary>
internal enum UnauthorizedAction
{
    /// <summary>The request is sent again with the successor of its token.</summary>
    Retried,

    /// <summary>The 401 was returned to the caller.</summary>
    PassedOn,
}
