namespace Clik2pay.Sidecar.Administration;

/// <summary>Whether a profile without a valid token is unready while its credentials are refused.</summary>
internal enum UnreadyWhenRefused
{
    /// <summary>Always.</summary>
    Always,

    /// <summary>
    /// Until the profile has had its first token, own or adopted. Such a profile is also unready until its first refresh has ended.
    /// Otherwise, a rollout could replace every pod in the moment before the first refusal. In an outage, a timeout ends that refresh. A
    /// refusal counts until other credentials have been tried, even if the next attempts fail in another way.
    /// </summary>
    AtStart,

    /// <summary>Never. Requests get 503 <c>credentials_refused</c>, as always.</summary>
    Never,
}
