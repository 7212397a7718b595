namespace LusEdge.Tests.House;

/// <summary>A type of some assembly; a nested one counts as the outermost type around it.</summary>
internal readonly record struct TypeName(string Assembly, string Namespace, string Name);
