namespace Clik2pay.Simulator.Options;

/// <summary>An environment of the provider. Each environment rejects the credentials and tokens of the other.</summary>
public enum SimulatedEnvironment
{
    Sandbox,
    Production,
}
