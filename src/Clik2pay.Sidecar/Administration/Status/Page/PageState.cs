using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The state of the sidecar or of a profile.</summary>
/// <param name="Text">The state in words.</param>
/// <param name="Class">The CSS class: <c>ok</c>, <c>poor</c> or <c>bad</c>.</param>
/// <param name="Heading">The section of the troubleshooting page about the state. Null if there is nothing to do.</param>
internal sealed record PageState(string Text, string Class, string? Heading)
{
    private const string Ok = "ok";
    private const string Poor = "poor";
    private const string Bad = "bad";

    private static readonly PageState NotReady = new("Not ready", Bad, Troubleshooting.CredentialsRefused);

    /// <summary>The state of a profile. A state with the class <c>bad</c> means that the profile has no valid access token.</summary>
    public static PageState Of(ProfileStatus profile) => profile switch
    {
        { Readiness.IsHealthy: false } => NotReady,
        { Token: null, Refreshes: [{ Last.Outcome: RefreshOutcome.Rejected }, ..] } =>
            new("No access token", Bad, Troubleshooting.CredentialsRefused),
        { Token: null } => new("No access token", Bad, Troubleshooting.TokenUnavailable),
        { Refreshes: [{ Last: { Outcome: not RefreshOutcome.Deferred, HasObtainedToken: false } last }, ..] } =>
            last.UsedPendingCredentials
                ? new("Ready, but new credentials failed", Poor, Troubleshooting.Rotation)
                : new("Ready, but token refreshes fail", Poor, Troubleshooting.HeadingFor(last.Outcome)),
        _ => new("Ready", Ok, Heading: null),
    };

    /// <summary>The state of the sidecar, which is ready while its readiness probe succeeds.</summary>
    public static PageState Of(SidecarStatus status)
    {
        if (status.IsStopping)
            return NotReady with { Heading = Troubleshooting.ShuttingDown };
        if (!status.Readiness.IsHealthy)
            return NotReady;

        var states = status.Profiles.Select(Of).ToList();
        var withoutToken = states.Where(IsBad).ToList();
        if (withoutToken.Count == states.Count)
            return states.Find(state => state != NotReady) ?? NotReady;
        if (withoutToken.Count == 0)
            return states.Find(state => state.Class == Poor) ?? states[0];

        var verb = withoutToken.Count == 1 ? "has" : "have";
        return withoutToken[0] with
        {
            Text = $"Ready, but {withoutToken.Count} of {states.Count} profiles {verb} no access token",
            Class = Poor,
        };
    }

    public static bool IsBad(PageState state) => state.Class == Bad;
}
