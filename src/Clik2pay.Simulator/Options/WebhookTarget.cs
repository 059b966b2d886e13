namespace Clik2pay.Simulator.Options;

/// <summary>Where the simulator sends webhooks.</summary>
/// <param name="Url">An http or https address. The provider sends webhooks only to https on port 443.</param>
/// <param name="User">The username for Basic authentication.</param>
/// <param name="Password">The password for Basic authentication. It is not secret, because only a test listener accepts it.</param>
public sealed record WebhookTarget(Uri Url, string User, string Password);
