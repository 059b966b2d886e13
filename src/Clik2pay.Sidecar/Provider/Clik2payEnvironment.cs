namespace Clik2pay.Sidecar.Provider;

/// <summary>Which of the provider's environments is called. Nothing in a credential tells for which one it was issued.</summary>
internal enum Clik2payEnvironment
{
    Sandbox,
    Production,

    /// <summary>Both addresses are given by hand: a simulator, or an environment that is not known here.</summary>
    Custom,
}
