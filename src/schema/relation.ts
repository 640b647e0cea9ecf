/**
 * The type of a field whose class is in a file that imports this one's.
 * Decorator metadata would evaluate the class before it exists; an alias keeps it a type.
 */
export type Relation<T> = T;
