using Xunit.v3;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>
/// The bug that the test guards against, in another project or earlier in this one, and the report if it is public. Shown as the trait
/// "Lesson".
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class LessonAttribute(string whatAndWhere) : Attribute, ITraitAttribute
{
    public string WhatAndWhere { get; } = whatAndWhere;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Lesson", WhatAndWhere)];
}
