namespace Clik2pay.Simulator.Options;

/// <summary>The address of a simulator, and the environment that it simulates.</summary>
public sealed record SimulatorOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Scheme, host and port. Port 0 selects a free port.</summary>
    public string Url { get; init; } = DefaultUrl;

    public SimulatedEnvironment Environment { get; init; } = SimulatedEnvironment.Sandbox;

    /// <summary>The only valid username. The credentials are not secret, because only a simulator accepts them.</summary>
    public string Username => $"{Name}-username";

    public string Password => $"{Name}-password";

    public string ApiKey => $"{Name}-api-key";

    private string Name => Environment == SimulatedEnvironment.Sandbox ? "sandbox" : "production";
}
