namespace Clik2pay.Sidecar.Provider;

/// <summary>The environment of the provider. Credentials do not contain the environment that they were issued for.</summary>
internal enum Clik2payEnvironment
{
    Sandbox,
    Production,

    /// <summary>Both addresses are settings, for a simulator or for an environment that has no published addresses.</summary>
    Custom,
}
