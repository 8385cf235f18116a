// What the server sends and takes: see `speechkit/review/line.py` and `requests.py`.

export interface Word {
  text: string;
  start: number;
  end: number;
  confidence: number | null;
}

export interface Mark {
  start: number; // code points
  end: number;
  identifier: string;
  score: number;
  detector?: string;
  rejected: boolean;
}

export interface Line {
  id: string;
  rev: number;
  start: number; // seconds
  end: number;
  text: string;
  speaker: string;
  language: string;
  words: Word[];
  marks: Mark[];
  labels: string[];
  expected_error: number | null;
  state: "draft" | "auto" | "accepted";
}

export interface Speaker {
  name: string;
  role: string;
}

export interface Task {
  id: string;
  recording: string;
  state: "open" | "submitted" | "approved";
  duration: number;
  speakers: Record<string, Speaker>;
  editable: boolean;
  lines: Line[];
  hidden: boolean;
  raw: boolean;
  redacted: boolean;
  language: string;
  num_edits: number;
  unspaced: string[]; // languages written without spaces between words
}

export interface Me {
  name: string;
  roles: string[];
  hear_raw: boolean;
  csrf: string;
  idle: number; // seconds
}

export interface Preferences {
  speed: number;
  rewind: number; // seconds
  stop: boolean;
  pause: boolean;
  hold: boolean;
  preset: string;
  keys: Record<string, string[]>;
  places: Record<string, string>; // task: line
  expansions: Record<string, string>; // htn: hypertension
  gain: number;
  levels: number[]; // of channels
  even: boolean; // loudness
  filter: boolean; // noise
}

export interface Summary extends Omit<Task, "lines"> {
  track: string;
  priority: number;
  num_lines: number;
  num_done: number;
  mine: boolean;
  assignee: string;
  due: string; // ISO date
  changed: number; // UTC seconds; 0: not edited
  given_back: boolean;
  num_questions: number;
  visit: string;
  date: string;
  site: string;
  no_clean_copy: string; // why
}

/** What changes a line; `segment` says which. Fields by kind are those of `requests.py`. */
export interface Edit {
  kind: string;
  segment: string;
  [field: string]: any;
}

/** How saving stands: what the page says at its top. */
export type Status = "saved" | "unsaved" | "offline" | "refused" | "lost" | "loggedout" | "reading";

export interface Applied {
  op_id: string;
  lines: Line[];
  removed: string[];
  speakers: Record<string, Speaker>;
  replayed: boolean;
}

export interface Said {
  error?: string;
  kind?: string;
  base?: Line | null;
  theirs?: Line | null;
}

/** An edit that can be undone: what was before it. */
export interface Done {
  op_id: string;
  kind: string;
  before: Record<string, Line | null>;
  names: Record<string, Speaker> | null;
}

/** A question on a line ("": on the recording), an answer, or why it was given back. */
export interface Remark {
  id: string;
  line: string;
  by: string;
  mine: boolean;
  kind: "question" | "answer" | "reason";
  text: string;
  done: boolean;
  when: number; // UTC seconds
}

/** What the team shares. */
export interface Project {
  closed: boolean;
  guidelines: string;
  expansions: Record<string, string>;
  words: string[];
}

export interface Account {
  name: string;
  roles: string[];
  hear_raw: boolean;
  credentials: string[];
  languages: string[];
  disabled: boolean;
}

/** A person's week. */
export interface Work {
  name: string;
  week: string;
  active_hours: number;
  edits: number;
  recordings: number;
  sound_minutes: number;
  words: number;
  words_per_hour: number | null;
  sound_minutes_per_hour: number | null;
}

export interface Peaks {
  rate: number; // pairs a second
  channels: number;
  pairs: Int8Array;
}

export interface Keys {
  preset: string;
  own: Record<string, string[]>;
}

/** Words drawn one way: `same`, taken out, put in. */
export type Parts = ["same" | "del" | "ins", string][];
