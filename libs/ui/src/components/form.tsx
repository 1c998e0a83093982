import type { ComponentChildren, InputHTMLAttributes } from 'preact';

interface FieldProps {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password' | 'number';
  value?: string;
  autocomplete?: string;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  hint?: string;
  /** What is wrong with the value that was sent. */
  problem?: string | null;
}

/** One labelled input, with its hint and its problem tied to it for screen readers. */
export function Field({ name, label, hint, problem, ...input }: FieldProps) {
  const notes = [hint && `${name}-hint`, problem && `${name}-problem`].filter(Boolean).join(' ');
  const attributes = {
    ...input,
    id: name,
    name,
    'aria-describedby': notes || undefined,
    'aria-invalid': problem ? true : undefined,
  } as InputHTMLAttributes;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input {...attributes} />
      {hint && (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      {problem && (
        <span class="problem" id={`${name}-problem`}>
          {problem}
        </span>
      )}
    </div>
  );
}

type CheckboxProps = Pick<FieldProps, 'name' | 'label' | 'hint' | 'required' | 'value'> & { checked?: boolean };

/** A yes or no, with its hint. A form sends the value (`true` unless given), or nothing. */
export function Checkbox({ name, label, hint, ...input }: CheckboxProps) {
  return (
    <div class="field">
      <label class="choice">
        <input type="checkbox" name={name} value="true" {...input} aria-describedby={hint && `${name}-hint`} />
        {label}
      </label>
      {hint && (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

interface ChoicesProps<T extends string> {
  name: string;
  legend: string;
  value: T;
  options: readonly (readonly [T, string])[];
}

/** One of a few, all visible at once. */
export function Choices<T extends string>({ name, legend, value, options }: ChoicesProps<T>) {
  return (
    <fieldset class="choice-group">
      <legend>{legend}</legend>
      <div class="choices">
        {options.map(([option, label]) => (
          <label class="choice">
            <input type="radio" name={name} value={option} checked={option === value} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface NoticeProps {
  tone?: 'good' | 'bad' | 'note';
  title: string;
  children?: ComponentChildren;
}

/** Says what happened; a bad one interrupts a screen reader, the others wait their turn. */
export function Notice({ tone = 'note', title, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}
